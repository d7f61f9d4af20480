// Backups of Git repositories over a real sshd and over HTTPS with an authority of one's own.
// Does not prove: hosts of repositories with shells of their own (GitHub, GitLab), proxies, and what ssh itself proves.
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { needPrograms, runProgram } from "../support/programs.js";
import { Authority } from "./support/authority.js";
import { GitServer } from "./support/git-server.js";
import { SshServer } from "./support/ssh-server.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

describe("agent: access to Git repositories", () => {
  let workspace: Workspace;

  before(function () {
    needPrograms(this, "git", "age-keygen", "minisign");
    workspace = new Workspace({ source: { kind: "git", url: "/nowhere" } });
    const repository = workspace.path("served/repo ü.git");
    mkdirSync(repository, { recursive: true });
    runProgram("git", ["init", "--quiet", repository]);
    const who = ["-c", "user.name=A", "-c", "user.email=a@x"];
    runProgram("git", [...who, "-C", repository, "commit", "--quiet", "--allow-empty", "--message=one"]);
  });
  after(() => {
    (workspace as Workspace | undefined)?.remove();
  });

  function backup(source: object): Promise<AgentRun> {
    return workspace.run(["backup"], { source: { kind: "git", ...source } });
  }

  async function assertTaken(source: object): Promise<void> {
    const run = await backup(source);
    assert.equal(run.code, 0, run.stderr);
    const drill = await workspace.run(["drill", "--identity", workspace.identityFiles[0]], {
      source: { kind: "git", ...source },
    });
    assert.equal(drill.code, 0, drill.stderr);
    assert.deepEqual(drill.result["rowCounts"], {
      expected: { refs: 1, commits: 1 },
      found: { refs: 1, commits: 1 },
    });
  }

  async function assertRefused(source: object, reason: RegExp): Promise<void> {
    const before = workspace.stored();
    const run = await backup(source);
    assert.equal(run.code, 2, run.stderr);
    assert.match(run.result.message, /^source must let the agent in at \S+ \(git\), got: /);
    assert.match(run.result.message, reason);
    assert.deepEqual(workspace.stored(), before);
  }

  describe("over ssh", () => {
    let server: SshServer;
    let source: { readonly url: string; readonly sshKeyFile: string; readonly knownHostsFile: string };

    before(async function () {
      needPrograms(this, "sshd", "ssh", "ssh-keygen");
      server = new SshServer(workspace.path("s s h"));
      await server.start();
      const url = server.url(encodeURI(workspace.path("served/repo ü.git")));
      source = { url, sshKeyFile: server.keyFile, knownHostsFile: server.knownHostsFile };
    });
    after(() => (server as SshServer | undefined)?.stop());

    it("is let in by a key, and only by a host that is pinned; files may have spaces in their names", async () => {
      await assertTaken(source);
    });

    it("refuses a host with another key, and one that nobody pinned", async () => {
      const knownHostsFile = workspace.path("other hosts");
      server.pin("stranger", knownHostsFile);
      await assertRefused({ ...source, knownHostsFile }, /Host key verification failed/);
      writeFileSync(knownHostsFile, "");
      await assertRefused({ ...source, knownHostsFile }, /Host key verification failed/);
    });

    it("says with 2 that a key is not let in, is open to others, or is no key", async () => {
      await assertRefused({ ...source, sshKeyFile: server.strangerKeyFile }, /Permission denied/);
      const sshKeyFile = workspace.path("open");
      copyFileSync(server.keyFile, sshKeyFile);
      chmodSync(sshKeyFile, 0o644);
      await assertRefused({ ...source, sshKeyFile }, /too open.*Permission denied/);
      writeFileSync(sshKeyFile, "no key", { mode: 0o600 });
      chmodSync(sshKeyFile, 0o600);
      await assertRefused({ ...source, sshKeyFile }, /Permission denied/);
    });

    it("says with 2 that there is no such repository", async () => {
      const url = server.url("/nowhere/at-all.git");
      await assertRefused({ ...source, url }, /does not appear to be a git repository/);
    });
  });

  describe("over HTTPS", () => {
    const [user, password] = ["reader", "correct horse battery staple"];
    let authority: Authority;
    let server: GitServer;
    let source: { readonly url: string; readonly user: string; readonly passwordFile: string };

    before(async function () {
      needPrograms(this, "openssl");
      authority = new Authority(workspace.root);
      server = new GitServer(workspace.path("served"), user, password, authority.issue("git"));
      await server.start();
      const passwordFile = workspace.path("password");
      writeFileSync(passwordFile, password);
      source = { url: server.url("repo%20%C3%BC.git"), user, passwordFile };
    });
    after(() => (server as GitServer | undefined)?.stop());

    it("trusts the authority of caFile", async () => {
      await assertTaken({ ...source, caFile: authority.caFile });
    });

    it("trusts no other, and says so with 2", async () => {
      const { caFile } = new Authority(workspace.root, "other");
      await assertRefused(source, /certificate/);
      await assertRefused({ ...source, caFile }, /certificate/);
      await assertRefused({ ...source, caFile: "/nowhere" }, /SSL CA cert|setting certificate/);
    });

    it("refuses a certificate of another host", async () => {
      const other = new GitServer(workspace.path("served"), user, password, authority.issue("away", "DNS:elsewhere"));
      await other.start();
      try {
        const url = other.url("repo%20%C3%BC.git");
        await assertRefused({ ...source, url, caFile: authority.caFile }, /certificate.*; check source\.caFile$/);
      } finally {
        await other.stop();
      }
    });
  });
});
