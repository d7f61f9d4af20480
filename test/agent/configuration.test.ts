// Where the configuration comes from, and which keys count when only one half is configured. Does not prove that a pod
// gets it: test/engine does.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { needPrograms } from "../support/programs.js";
import { standInForPostgres } from "./support/stand-ins.js";
import { agentBundle, ended, Workspace } from "./support/workspace.js";

describe("agent: configuration", () => {
  let workspace: Workspace;

  before(function () {
    needPrograms(this, "age-keygen", "minisign");
  });
  beforeEach(() => {
    workspace = new Workspace({ source: { kind: "postgres", host: "db", database: "shop", user: "u" } });
    standInForPostgres(workspace, "head -c 100000 /dev/urandom");
  });
  afterEach(() => {
    workspace.remove();
  });

  /** Runs with the configuration in the environment, as a pod does. */
  const inPod = (text: string) =>
    ended(
      spawn(process.execPath, [agentBundle("folder"), "backup"], {
        env: { ...process.env, PATH: `${workspace.programs}:${process.env["PATH"] ?? ""}`, BACKUP_TIERS_CONFIG: text },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );

  it("comes from BACKUP_TIERS_CONFIG where no file is named", async () => {
    const run = await inPod(JSON.stringify(workspace.config));
    assert.deepEqual([run.code, run.result["status"]], [0, "done"], run.stderr);
    const broken = await inPod("{");
    assert.equal(broken.code, 2);
    assert.match(broken.result.message, /^BACKUP_TIERS_CONFIG must hold a JSON document/);
  });

  it("lets the public half of the signing key count where no public key is named", async () => {
    const signing = { secretKeyFile: workspace.path("signing.key"), publicKeys: [] };
    assert.equal((await workspace.run(["backup"], { signing })).code, 0);
    assert.equal((await workspace.run(["check"], { signing })).code, 0);
    workspace.makeSigningKey("stranger");
    const stranger = { secretKeyFile: workspace.path("stranger.key"), publicKeys: [] };
    const check = await workspace.run(["check"], { signing: stranger });
    assert.equal(check.code, 3);
    assert.match(check.stderr, /signed with a key that is not among/);
  });

  it("never takes a signing key that cannot be read for manifests that need none", async () => {
    await workspace.run(["backup"]);
    rmSync(workspace.path("signing.key"));
    for (const command of ["backup", "list", "check", "prune"]) {
      const run = await workspace.run([command], {
        signing: { secretKeyFile: workspace.path("signing.key"), publicKeys: [] },
      });
      assert.equal(run.code, 2, command);
      assert.match(run.result.message, /signing\.secretKeyFile must name/);
    }
  });

  it("needs recipients only for what writes", async () => {
    await workspace.run(["backup"]);
    assert.equal((await workspace.run(["list"], { recipients: [] })).code, 0);
    const refused = await workspace.run(["backup"], { recipients: [] });
    assert.equal(refused.code, 2);
    assert.match(refused.result.message, /recipients must be two different age recipients or more for backup/);
    const single = await workspace.run(["list"], { recipients: workspace.config.recipients.slice(0, 1) });
    assert.equal(single.code, 2);
  });
});
