// check on a real S3 server: a lock that somebody shortened is found on every object, not only on the manifest.
// Does not prove: that the lock holds against its bypass; test/agent/stores shows what each kind of store refuses.
import assert from "node:assert/strict";
import { ListObjectVersionsCommand, PutObjectRetentionCommand } from "@aws-sdk/client-s3";
import { needPrograms } from "../support/programs.js";
import { S3Server } from "./support/s3-server.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

describe("agent: locks that were shortened", () => {
  const server = new S3Server();
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, "versitygw", "age-keygen", "minisign");
    await server.start();
    workspace = new Workspace({
      source: { kind: "command", command: ["echo", "data"] },
      stores: [server.store()],
      lock: { mode: "governance", seconds: { hourly: 86_400 } },
    });
  });
  after(async () => {
    await server.stop();
    (workspace as Workspace | undefined)?.remove();
  });

  const check = (...more: readonly string[]): Promise<AgentRun> => workspace.run(["check", ...more], {}, "s3");

  async function backup(): Promise<string> {
    const run = await workspace.run(["backup"], {}, "s3");
    assert.equal(run.code, 0, run.stderr);
    return run.result.id;
  }

  async function shorten(id: string, ending: string): Promise<void> {
    const Bucket = server.store().bucket;
    const { Versions = [] } = await server.client.send(new ListObjectVersionsCommand({ Bucket }));
    const found = Versions.find(({ Key = "" }) => Key.includes(id) && Key.endsWith(ending));
    await server.client.send(
      new PutObjectRetentionCommand({
        Bucket,
        Key: found?.Key,
        Retention: { Mode: "GOVERNANCE", RetainUntilDate: new Date(Date.now() + 60_000) },
        BypassGovernanceRetention: true,
      }),
    );
  }

  it("are found on the data of the newest backup, and with --all on that of every backup", async () => {
    // Two of the same second are ordered by their ids.
    const [older = "", newest = ""] = [await backup(), await backup()].sort();
    const good = await check("--all");
    assert.equal(good.code, 0, good.stderr);
    await shorten(older, ".age");
    assert.equal((await check()).code, 0);
    const all = await check("--all");
    assert.equal(all.code, 3);
    const message = (id: string): RegExp =>
      new RegExp(`^${id} in offsite: its output has a lock that ends \\S+Z in place of \\S+Z; the store needs locks`);
    assert.match(all.result.message, message(older));
    await shorten(newest, ".age");
    const bad = await check();
    assert.equal(bad.code, 3);
    assert.match(bad.result.message, message(newest));
  });
});
