// Backups of real Git repositories: every ref of every kind, over a path and over HTTP with a password, and drills.
// Does not prove: SSH and HTTPS, which git-access.test.ts does, nor repositories of many gigabytes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { GitServer } from "./support/git-server.js";
import { needPrograms, runProgram } from "../support/programs.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

const password = "correct horse battery staple";
const identity = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@x",
};

describe("agent: Git", () => {
  let workspace: Workspace;
  let repository: string;

  before(function () {
    needPrograms(this, "git", "age-keygen", "minisign");
  });
  beforeEach(() => {
    workspace = new Workspace({ source: { kind: "git", url: "/nowhere" } });
    repository = workspace.path("served/repo ü.git");
    git(undefined, "init", "--quiet", "--initial-branch=main", repository);
    writeFileSync(`${repository}/name\nwith a newline`, "one\n");
    git(repository, "add", "--all");
    git(repository, "commit", "--quiet", "--message=one");
    git(repository, "tag", "light");
    git(repository, "tag", "--annotate", "--message=annotated", "v1");
    git(repository, "notes", "add", "--message=a note");
    git(repository, "checkout", "--quiet", "-b", "feature/ü");
    git(repository, "commit", "--quiet", "--allow-empty", "--message=two");
    git(repository, "update-ref", "refs/pull/1/head", "HEAD");
    git(repository, "checkout", "--quiet", "main");
  });
  afterEach(() => {
    workspace.remove();
  });

  function backup(url = repository, more: object = {}): Promise<AgentRun> {
    return workspace.run(["backup"], { source: { kind: "git", url, ...more } });
  }

  function drill(url = repository): Promise<AgentRun> {
    return workspace.run(["drill", "--identity", workspace.identityFiles[0]], { source: { kind: "git", url } });
  }

  it("restores every branch, tag, note and other ref, and a clone has no fault", async () => {
    const run = await backup();
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(run.result["omitted"], []);
    const bundle = workspace.path("out.bundle");
    const restored = await workspace.run(["restore", "--identity", workspace.identityFiles[0], "--output", bundle]);
    assert.equal(restored.code, 0, restored.stderr);
    const clone = workspace.path("clone");
    git(undefined, "clone", "--quiet", "--mirror", bundle, clone);
    git(clone, "fsck", "--full", "--strict");
    assert.equal(git(clone, "for-each-ref"), git(repository, "for-each-ref"));
    assert.equal(git(clone, "for-each-ref", "--format=x").split("\n").length, 6);
    assert.equal(git(clone, "show", "main:name\nwith a newline"), "one");
    const drilled = await drill();
    assert.equal(drilled.code, 0, drilled.stderr);
    const count = { refs: 6, commits: 3 };
    assert.deepEqual(drilled.result["rowCounts"], { expected: count, found: count });
  });

  it("reads over HTTP with a password from a file, and prints it nowhere", async () => {
    const server = new GitServer(workspace.path("served"), "reader", password);
    await server.start();
    try {
      const passwordFile = workspace.path("pass word");
      writeFileSync(passwordFile, `${password}\n`);
      const url = server.url("repo%20%C3%BC.git");
      const run = await backup(url, { user: "reader", passwordFile });
      assert.equal(run.code, 0, run.stderr);
      const manifest = readFileSync(workspace.storedFile(".manifest.json"), "utf8");
      assert.deepEqual((JSON.parse(manifest) as { rowCounts: object }).rowCounts, { refs: 6, commits: 3 });
      assert.ok(!(run.stdout + run.stderr + manifest).includes(password));
      writeFileSync(passwordFile, "wrong password");
      const wrong = await backup(url, { user: "reader", passwordFile });
      assert.equal(wrong.code, 2, wrong.stderr);
      assert.match(
        wrong.result.message,
        /^source must let the agent in at http:.* \(git\), got: .*Authentication failed/,
      );
      const none = await backup(url);
      assert.equal(none.code, 2, none.stderr);
      assert.match(none.result.message, /could not read Username/);
      writeFileSync(passwordFile, password);
      const missing = await backup(server.url("other.git"), { user: "reader", passwordFile });
      assert.equal(missing.code, 2, missing.stderr);
      assert.match(missing.result.message, /repository '.*' not found/);
    } finally {
      await server.stop();
    }
  });

  it("reads a repository that another user owns, as a service on a host must", async function () {
    if (process.getuid?.() !== 0) this.skip();
    runProgram("chown", ["-R", "65534", repository]);
    const run = await backup();
    assert.equal(run.code, 0, run.stderr);
    assert.equal((await backup(`file://${encodeURI(repository)}`)).code, 0);
  });

  it("says that Git LFS objects are not in it, also of files that are gone since", async () => {
    mkdirSync(`${repository}/deep`);
    writeFileSync(`${repository}/deep/.gitattributes`, "*.iso filter=lfs diff=lfs merge=lfs -text\n");
    git(repository, "add", "--all");
    git(repository, "commit", "--quiet", "--message=large files");
    git(repository, "rm", "--quiet", "deep/.gitattributes");
    git(repository, "commit", "--quiet", "--message=no large files");
    const run = await backup();
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(run.result["omitted"], ["Git LFS objects: only their pointers are in the bundle"]);
  });

  it("keeps old objects of an odd form, which a strict git would refuse, and drills them", async () => {
    const tree = git(repository, "rev-parse", "HEAD^{tree}");
    const text = `tree ${tree}\nauthor nobody 1 +0000\ncommitter nobody 1 +0000\n\nodd\n`;
    const odd = runProgram(
      "git",
      ["-C", repository, "hash-object", "-t", "commit", "--literally", "-w", "--stdin"],
      text,
    );
    git(repository, "update-ref", "refs/heads/odd", odd.toString().trim());
    assert.throws(() => git(repository, "fsck", "--strict"));
    const run = await backup();
    assert.equal(run.code, 0, run.stderr);
    const drilled = await drill();
    assert.equal(drilled.code, 0, drilled.stderr);
    assert.match(drilled.stderr, /git ended with exit code \d: error in commit .*missingEmail/);
  });

  it("refuses a shallow clone and a repository without a ref, and stores nothing", async () => {
    const shallow = workspace.path("shallow");
    git(repository, "commit", "--quiet", "--allow-empty", "--message=three");
    git(undefined, "clone", "--quiet", "--depth=1", `file://${encodeURI(repository)}`, shallow);
    const cut = await backup(shallow);
    assert.equal(cut.code, 2, cut.stderr);
    assert.match(cut.result.message, /^source.url must be a repository with its whole history \(git\)/);
    const empty = workspace.path("empty");
    git(undefined, "init", "--quiet", "--bare", empty);
    const none = await backup(empty);
    assert.equal(none.code, 1, none.stderr);
    assert.match(none.result.message, /must have a ref \(git\), got none/);
    assert.deepEqual(workspace.stored(), []);
  });

  it("fails a drill of a bundle that lacks a ref", async () => {
    workspace.program(
      "git",
      `case "$*" in *"bundle create"*) for last; do :; done; set -- "$1" "$2" bundle create --quiet "$6" refs/heads/main;; esac\nPATH="\${PATH#*:}" exec git "$@"`,
    );
    assert.equal((await backup()).code, 0);
    const run = await drill();
    assert.equal(run.code, 3, run.stderr);
    assert.equal(run.result.message, "commits: 1 in place of 3; refs: 1 in place of 6");
  });
});

function git(folder: string | undefined, ...args: readonly string[]): string {
  const env = { ...process.env, ...identity, GIT_COMMITTER_NAME: "A", GIT_COMMITTER_EMAIL: "a@x" };
  const where = folder === undefined ? [] : ["-C", folder];
  return execFileSync("git", [...where, ...args], { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}
