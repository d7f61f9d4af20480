// Backups and drills of a real Redis server that speaks TLS only, by a private authority, with client certificates.
// Does not prove: that a host's name is compared, as redis-cli compares only the authority; Valkey over TLS.
import assert from "node:assert/strict";
import { needPrograms } from "../support/programs.js";
import { Authority, type Issued } from "./support/authority.js";
import { RedisServer } from "./support/redis-server.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

describe("agent: Redis over TLS", () => {
  let workspace: Workspace;
  let server: RedisServer | undefined;
  let client: Issued;
  let stranger: Issued;

  before(async function () {
    needPrograms(this, "redis-server", "redis-cli", "redis-check-rdb", "openssl", "age-keygen", "minisign");
    workspace = new Workspace({ source: { kind: "redis", host: "127.0.0.1" } });
    const authority = new Authority(workspace.root);
    client = authority.issue("client");
    stranger = new Authority(workspace.root, "other").issue("stranger");
    server = new RedisServer({ certificate: authority.issue("server") });
    await server.start();
    server.ask("SET one 1\nSET two 2");
  });
  after(async () => {
    await server?.stop();
    (workspace as Workspace | undefined)?.remove();
  });

  function backup(access: object): Promise<AgentRun> {
    const source = server?.source({ tls: true, connectTimeoutSeconds: 0, ...access });
    return workspace.run(["backup"], { source });
  }

  it("takes a backup with a client certificate, and a drill of it needs no server", async () => {
    const made = await backup(client);
    assert.equal(made.code, 0, made.stderr);
    const source = server?.source({ tls: true, ...client });
    const drilled = await workspace.run(["drill", "--identity", workspace.identityFiles[0]], { source });
    assert.equal(drilled.code, 0, drilled.stderr);
    assert.deepEqual(drilled.result["rowCounts"], { expected: { keys: 2 }, found: { keys: 2 } });
  });

  it("trusts no other authority, and says so with 2, as it does of a certificate that it cannot read", async () => {
    const before = workspace.stored();
    for (const [access, reason] of [
      [{ ...client, caFile: stranger.caFile }, /certificate verify failed/],
      [{ ...client, caFile: undefined }, /certificate verify failed/],
      [{ ...client, caFile: "/nowhere" }, /Invalid CA Certificate/],
      [{ ...client, certFile: "/nowhere" }, /Invalid client certificate/i],
      [{ ...client, keyFile: stranger.keyFile }, /Invalid private key/i],
    ] as const) {
      const run = await backup(access);
      assert.equal(run.code, 2, run.stderr);
      assert.match(run.result.message, /^source must let the agent in at 127\.0\.0\.1 \(Redis\), got: /);
      assert.match(run.result.message, reason);
      assert.match(run.result.message, /; check source\.caFile, source\.certFile and source\.keyFile$/);
    }
    assert.deepEqual(workspace.stored(), before);
  });

  it("is not let in without a client certificate, with a stranger's, or without TLS", async () => {
    const before = workspace.stored();
    const { caFile } = client;
    const { certFile, keyFile } = stranger;
    for (const access of [{ caFile }, { caFile, certFile, keyFile }, { tls: false }]) {
      const run = await backup(access);
      assert.equal(run.code, 1, run.stderr);
      assert.match(run.result.message, /^no answer from 127\.0\.0\.1 within 0 seconds: /);
    }
    assert.deepEqual(workspace.stored(), before);
  });
});
