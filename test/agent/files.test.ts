// Folders with everything that a file system has, unpacked again with GNU tar; files that change while they are read.
// Does not prove: file systems without attributes or holes, and that a folder stands still, which only a snapshot does.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { needPrograms, runProgram } from "../support/programs.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

const odd = "with a\nnewline, ü, 雪, \\ and \u0001";
const holeBytes = 50_000_000;
const asRoot = process.getuid?.() === 0;

describe("agent: files", () => {
  let workspace: Workspace;
  let folder: string;

  before(function () {
    needPrograms(this, "tar", "setfacl", "getfacl", "setfattr", "getfattr", "age-keygen", "minisign");
  });
  beforeEach(() => {
    workspace = new Workspace({ source: { kind: "files", path: "/nowhere" } });
    folder = workspace.path("data");
    mkdirSync(`${folder}/sub/empty`, { recursive: true });
    writeFileSync(`${folder}/${odd}`, "odd name");
    writeFileSync(`${folder}/-rf`, "looks like an option");
    writeFileSync(`${folder}/sub/private`, "secret", { mode: 0o600 });
    chmodSync(`${folder}/sub/private`, 0o4711);
    linkSync(`${folder}/sub/private`, `${folder}/hard`);
    symlinkSync("../nowhere at all", `${folder}/sub/dangling`);
    writeFileSync(`${folder}/sparse`, "");
    truncateSync(`${folder}/sparse`, holeBytes);
    writeFileSync(`${folder}/sub/.hidden`, "");
    if (asRoot) runProgram("chown", ["12345:54321", `${folder}/${odd}`]);
  });
  afterEach(() => {
    workspace.remove();
  });

  function source(changes: object = {}): object {
    return { source: { kind: "files", path: folder, ...changes } };
  }

  function backup(changes: object = {}): Promise<AgentRun> {
    return workspace.run(["backup"], source(changes));
  }

  async function unpacked(): Promise<string> {
    const [file, target] = [workspace.path("out.tar"), workspace.path("unpacked")];
    const args = ["restore", "--identity", workspace.identityFiles[0], "--output", file];
    const run = await workspace.run(args, source());
    assert.equal(run.code, 0, run.stderr);
    mkdirSync(target);
    const keep = ["--numeric-owner", "--preserve-permissions", "--acls", "--xattrs", "--xattrs-include=*"];
    runProgram("tar", ["--extract", ...keep, `--file=${file}`, `--directory=${target}`]);
    return target;
  }

  /** Every entry with kind, mode, owner, size, time, links and content. */
  const listing = (root: string): string =>
    runProgram("sh", [
      "-c",
      `cd "$1" && find . -printf '%y %m %U:%G %s %T@ %n %l %P\\0' | sort -z | tr '\\0' '\\n' && find . -type f -print0 | sort -z | xargs -0 sha256sum -z | tr '\\0' '\\n'`,
      "sh",
      root,
    ]).toString();

  it("restores names, kinds, owners, modes, times, links and holes", async () => {
    const run = await backup();
    assert.equal(run.code, 0, run.stderr);
    const target = await unpacked();
    assert.equal(listing(target), listing(folder));
    assert.equal(readFileSync(`${target}/${odd}`, "utf8"), "odd name");
    assert.equal(statSync(`${target}/hard`).ino, statSync(`${target}/sub/private`).ino);
    assert.equal(readlinkSync(`${target}/sub/dangling`), "../nowhere at all");
    assert.ok(statSync(`${target}/sparse`).blocks * 512 < holeBytes / 10);
    assert.ok(Number(run.result["bytes"]) < 100_000, String(run.result["bytes"]));
    const drilled = await workspace.run(["drill", "--identity", workspace.identityFiles[0]], source());
    assert.equal(drilled.code, 0, drilled.stderr);
    const counts = { files: 6, folders: 3, links: 1, others: 0 };
    assert.deepEqual(drilled.result["rowCounts"], { expected: counts, found: counts });
  });

  it("keeps access lists and attributes", async function () {
    const set = spawnSync("sh", [
      "-c",
      'setfacl -m u:12345:r "$1" && setfattr -n user.origin -v somewhere "$1"',
      "sh",
      `${folder}/-rf`,
    ]);
    // Some file systems have neither; then there is nothing to keep.
    if (set.status !== 0) this.skip();
    assert.equal((await backup()).code, 0);
    const target = await unpacked();
    const told = (root: string): string =>
      runProgram("sh", ["-c", 'cd "$1" && getfacl -n -- ./-rf && getfattr -d -- ./-rf', "sh", root]).toString();
    assert.match(told(target), /user:12345:r--\n(.*\n)*.*user\.origin="somewhere"/);
    assert.equal(told(target), told(folder));
  });

  it("leaves out what patterns name, and sockets, which it says", async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(`${folder}/sub/socket`, done));
    try {
      const run = await backup({ exclude: ["./sparse", "*.hidden"] });
      assert.equal(run.code, 0, run.stderr);
      assert.deepEqual(run.result["omitted"], ["tar: ./sub/socket: socket ignored"]);
      const manifest = JSON.parse(readFileSync(workspace.storedFile(".manifest.json"), "utf8")) as object;
      assert.deepEqual((manifest as { rowCounts: object }).rowCounts, { files: 4, folders: 3, links: 1, others: 0 });
    } finally {
      await new Promise((done) => server.close(done));
    }
  });

  it("fails when a file changes while it is read, or takes it and says which", async () => {
    // tar reads the first file, and then it grows: its stand-in stops it at the checkpoint in between.
    writeFileSync(`${folder}/grows`, Buffer.alloc(30_000_000, 1));
    const grow = `echo more >> '${folder}/grows'`;
    workspace.program(
      "tar",
      `case "$*" in *--create*) set -- --checkpoint=1000 --checkpoint-action=exec="${grow}" "$@";; esac\nPATH="\${PATH#*:}" exec tar "$@"`,
    );
    const refused = await backup();
    assert.equal(refused.code, 1, refused.stderr);
    assert.match(refused.result.message, /^tar ended with exit code 1: tar: \.\/grows: file changed as we read it/);
    assert.deepEqual(workspace.stored(), []);
    const taken = await backup({ allowChanges: true });
    assert.equal(taken.code, 0, taken.stderr);
    assert.deepEqual(taken.result["omitted"], ["tar: ./grows: file changed as we read it"]);
    const drilled = await workspace.run(["drill", "--identity", workspace.identityFiles[0]], source());
    assert.equal(drilled.code, 0, drilled.stderr);
  });

  it("refuses what is no folder, a folder that it may not read, and another tar", async () => {
    for (const path of [`${folder}/hard`, `${folder}/missing`]) {
      const run = await backup({ path });
      assert.equal(run.code, 2);
      assert.match(run.result.message, /^source.path must be a folder \(the agent\), got (something else|ENOENT)/);
    }
    workspace.program("tar", 'echo "tar (busybox) 1.36.1"');
    const run = await backup();
    assert.equal(run.code, 2);
    assert.match(run.result.message, /^tar must be GNU tar \(the agent\), got tar \(busybox\)/);
    workspace.program("tar", 'PATH="${PATH#*:}" exec tar "$@"');
    if (asRoot) workspace.asUser = "daemon";
    chmodSync(`${folder}/sub`, 0);
    const closed = await backup();
    assert.equal(closed.code, 1, closed.stderr);
    assert.match(closed.result.message, /^tar ended with exit code 2: .*Permission denied/);
    assert.deepEqual(workspace.stored(), []);
  });
});
