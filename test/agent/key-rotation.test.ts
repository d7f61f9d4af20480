// Keys that are exchanged: what the old ones wrote still counts and still restores, in one chain with what the new write.
// Does not prove: that the old identity is kept somewhere; only people do that.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { needPrograms, runProgram } from "../support/programs.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

describe("agent: exchange of keys", () => {
  let workspace: Workspace;
  let old: string;

  before(function () {
    needPrograms(this, "age-keygen", "minisign");
  });
  beforeEach(async () => {
    workspace = new Workspace({ source: { kind: "command", command: ["echo", "the data"] }, maxAgeSeconds: 7200 });
    const run = await workspace.run(["backup"]);
    assert.equal(run.code, 0, run.stderr);
    old = run.result.id;
    workspace.clockShiftSeconds = 3600;
  });
  afterEach(() => {
    workspace.remove();
  });

  const restore = (identity: string, id: string, output: string, changes: object): Promise<AgentRun> =>
    workspace.run(["restore", "--identity", identity, "--id", id, "--output", workspace.path(output)], changes);

  it("of recipients: each backup restores with the keys of its time, and one file holds them all", async () => {
    const identities = ["new-1.txt", "new-2.txt"].map((name) => workspace.path(name));
    for (const file of identities) runProgram("age-keygen", ["-o", file]);
    const recipients = identities.map((file) => runProgram("age-keygen", ["-y", file]).toString().trim());
    const made = await workspace.run(["backup"], { recipients });
    assert.equal(made.code, 0, made.stderr);
    assert.equal((await workspace.run(["check", "--deep", "--all"], { recipients })).code, 0);
    const [newIdentity = ""] = identities;
    const refused = await restore(newIdentity, old, "a", { recipients });
    assert.equal(refused.code, 2);
    assert.match(refused.result.message, /^--identity must hold an identity of one of the recipients \(age\)/);
    const both = workspace.path("both.txt");
    writeFileSync(both, readFileSync(newIdentity, "utf8") + readFileSync(workspace.identityFiles[1], "utf8"));
    for (const id of [old, made.result.id]) {
      const run = await restore(both, id, id, { recipients });
      assert.equal(run.code, 0, run.stderr);
      assert.equal(readFileSync(workspace.path(id), "utf8"), "the data\n");
    }
  });

  it("of signers: both count while both are named, and the old one's backups no more when it is dropped", async () => {
    workspace.makeSigningKey("next");
    const secretKeyFile = workspace.path("next.key");
    const [before, after] = [workspace.publicKey("signing"), workspace.publicKey("next")];
    const both = { signing: { secretKeyFile, publicKeys: [after, before] } };
    const made = await workspace.run(["backup"], both);
    assert.equal(made.code, 0, made.stderr);
    const check = await workspace.run(["check", "--deep", "--all"], both);
    assert.equal(check.code, 0, check.stderr);
    assert.equal(check.result.message, "2 backups, all as they must be");
    assert.equal((await restore(workspace.identityFiles[0], old, "a", both)).code, 0);
    const dropped = { signing: { secretKeyFile, publicKeys: [after] } };
    const gone = await workspace.run(["check"], dropped);
    assert.equal(gone.code, 3);
    assert.equal(
      gone.result.message,
      `${old} in primary: it is signed with a key that is not among signing.publicKeys`,
    );
    assert.equal((await restore(workspace.identityFiles[0], old, "b", dropped)).code, 3);
    const unnamed = await workspace.run(["backup"], { signing: { secretKeyFile, publicKeys: [before] } });
    assert.equal(unnamed.code, 2, unnamed.stderr);
    assert.match(unnamed.result.message, /^signing.publicKeys must have the public half of signing.secretKeyFile/);
  });
});
