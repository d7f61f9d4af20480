// What check, list, restore and prune say about stores whose content is not what it must be.
// Does not prove: that a store keeps its bytes; only that the agent sees when it does not.
import assert from "node:assert/strict";
import * as zlib from "node:zlib";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { needPrograms, runProgram } from "../../support/programs.js";
import { flippedBit } from "../support/flipped-bit.js";
import { standInForPostgres } from "../support/stand-ins.js";
import { type AgentRun, Workspace } from "../support/workspace.js";

describe("agent: bad content of a store", () => {
  let workspace: Workspace;
  let older: string;
  let newest: string;

  before(function () {
    needPrograms(this, "age-keygen", "minisign");
  });
  beforeEach(async () => {
    workspace = new Workspace({
      source: { kind: "postgres", host: "db", database: "shop", user: "u" },
      maxAgeSeconds: 7200,
    });
    // Tomorrow's morning by the agent's clock: backups of one day lie in one folder, whenever the test runs.
    workspace.clockShiftSeconds = Math.ceil((new Date().setUTCHours(30, 0, 0, 0) - Date.now()) / 1000);
    // Stand-ins: no server is needed to see what happens to what lies in a store.
    standInForPostgres(workspace, "head -c 200000 /dev/urandom");
    older = await backup();
    newest = await backup();
  });
  afterEach(() => {
    workspace.remove();
  });

  async function backup(changes: object = {}): Promise<string> {
    // Each backup an hour after the one before, without waiting.
    workspace.clockShiftSeconds += 3600;
    const run = await workspace.run(["backup"], changes);
    assert.equal(run.code, 0, run.stderr);
    return run.result.id;
  }

  function restore(...more: readonly string[]): Promise<AgentRun> {
    return workspace.run([
      "restore",
      "--identity",
      workspace.identityFiles[0],
      "--output",
      workspace.path("out"),
      ...more,
    ]);
  }

  /** check finds it, restore refuses it and names the last good backup, that one restores. */
  async function assertFound(message: RegExp, deep = false): Promise<void> {
    const check = await workspace.run(["check", ...(deep ? ["--deep"] : [])]);
    assert.equal(check.code, 3, check.stderr);
    assert.match(check.result.message, message);
    const refused = await restore();
    assert.equal(refused.code, 3);
    assert.match(refused.result.message, message);
    assert.match(refused.result.message, new RegExp(`the last good one is --id ${older}$`));
    const taken = await restore("--id", older);
    assert.equal(taken.code, 0, taken.stderr);
    assert.equal(readFileSync(workspace.path("out")).toString("latin1", 0, 5), "PGDMP");
  }

  it("a truncated artefact", async () => {
    truncateSync(workspace.storedFile(`${newest}.dump.${extension()}.age`), 1000);
    await assertFound(/its database has 1000 bytes in place of \d+/);
  });

  it("an artefact of 0 bytes", async () => {
    truncateSync(workspace.storedFile(`${newest}.dump.${extension()}.age`), 0);
    await assertFound(/its database has 0 bytes in place of \d+/);
  });

  it("an artefact that was replaced by an older one", async () => {
    const file = (id: string): string => workspace.storedFile(`${id}.dump.${extension()}.age`);
    copyFileSync(file(older), file(newest));
    // Of random data the two often have one length: then only a deep check sees it.
    await assertFound(/its database (has \d+ bytes in place of \d+|was altered: sha256)/, true);
  });

  it("a manifest that was replaced by an older one, with its signature", async () => {
    for (const end of ["manifest.json", "manifest.json.minisig"]) {
      copyFileSync(workspace.storedFile(`${older}.${end}`), workspace.storedFile(`${newest}.${end}`));
    }
    await assertFound(new RegExp(`its manifest is of ${older}`));
  });

  it("a missing artefact", async () => {
    rmSync(workspace.storedFile(`${newest}.dump.${extension()}.age`));
    await assertFound(/its database is missing/);
  });

  it("one flipped bit, which only a deep check and a restore see", async () => {
    flip(workspace.storedFile(`${newest}.dump.${extension()}.age`));
    assert.equal((await workspace.run(["check"])).code, 0);
    await assertFound(/its database was altered: sha256 [0-9a-f]{64} in place of/, true);
  });

  it("an altered manifest", async () => {
    flip(workspace.storedFile(`${newest}.manifest.json`));
    await assertFound(/its signature does not fit its content/);
  });

  it("an unsigned manifest", async () => {
    rmSync(workspace.storedFile(`${newest}.manifest.json.minisig`));
    await assertFound(/its manifest is not signed/);
  });

  it("a manifest that a stranger signed", async () => {
    workspace.makeSigningKey("stranger");
    const manifest = workspace.storedFile(`${newest}.manifest.json`);
    runProgram("minisign", ["-Sm", manifest, "-s", workspace.path("stranger.key")]);
    await assertFound(/it is signed with a key that is not among signing.publicKeys/);
  });

  it("a manifest that was moved to another asset", async () => {
    const place = dirname(workspace.storedFile(`${newest}.manifest.json`));
    const target = place.replace("/orders/", "/invoices/");
    mkdirSync(target, { recursive: true });
    cpSync(place, target, { recursive: true });
    const check = await workspace.run(["check"], { asset: "invoices" });
    assert.equal(check.code, 3);
    assert.match(check.stderr, /its manifest is of production\/orders, not of production\/invoices/);
    const listed = await workspace.run(["list", "--json"], { asset: "invoices" });
    assert.equal(listed.result.message, "0 good and 2 bad backups");
  });

  it("a manifest whose name was changed to look newer", async () => {
    const manifest = workspace.storedFile(`${older}.manifest.json`);
    const fake = newest.replace(/-.*/, "-ffffffff");
    for (const end of ["", ".minisig"]) renameSync(manifest + end, manifest.replace(older, fake) + end);
    const check = await workspace.run(["check"]);
    assert.equal(check.code, 3);
    assert.match(check.stderr, new RegExp(`its manifest is of ${older}`));
  });

  it("a backup that was taken out of the chain before its time", async () => {
    const third = await backup();
    for (const file of workspace.stored().filter((each) => each.includes(newest))) rmSync(file);
    const check = await workspace.run(["check"]);
    assert.equal(check.code, 3);
    assert.equal(check.result.message, `${third}: the backup before it, ${newest} (hourly), is gone before its time`);
  });

  it("a backup that is too old, too small, or not there at all", async () => {
    workspace.clockShiftSeconds += 7205;
    const old = await workspace.run(["check"]);
    assert.equal(old.code, 3);
    assert.match(
      old.result.message,
      new RegExp(`^${newest}: the newest backup is 7[2-9]\\d\\d seconds old; it may be 7200$`),
    );
    standInForPostgres(workspace, "head -c 1000 /dev/urandom");
    await backup();
    const small = await workspace.run(["check"]);
    assert.equal(small.code, 3);
    assert.match(small.result.message, /it has \d+ bytes; the 2 before it have \d+ \(median\)/);
    const none = await workspace.run(["check"], { asset: "other" });
    assert.equal(none.result.message, "there is no good backup");
    assert.equal(
      (await restore("--at", "2001-01-01T00:00:00Z")).result.message,
      "there is no backup of 2001-01-01T00:00:00Z or before",
    );
  });

  it("takes the copy of another store when one is bad, and check tells the bad one", async () => {
    mkdirSync(workspace.path("second"));
    const stores = [...workspace.config.stores, { kind: "folder", name: "second", path: workspace.path("second") }];
    const id = await backup({ stores });
    flip(workspace.storedFile(`${id}.dump.${extension()}.age`));
    const args = ["restore", "--identity", workspace.identityFiles[1], "--output", workspace.path("out")];
    const run = await workspace.run(args, { stores });
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /in primary is bad: its database was altered/);
    assert.equal(run.result.id, id);
    const check = await workspace.run(["check", "--deep"], { stores });
    assert.equal(check.code, 3);
    assert.match(check.result.message, new RegExp(`^${id} in primary: its database was altered`));
  });

  it("accepts unsigned manifests where the configuration has no keys", async () => {
    rmSync(workspace.storedFile(`${newest}.manifest.json.minisig`));
    assert.equal((await workspace.run(["check"], { signing: undefined })).code, 0);
    await backup({ signing: undefined });
  });

  it("refuses an identity that fits no recipient, and never overwrites a file", async () => {
    runProgram("age-keygen", ["-o", workspace.path("other.txt")]);
    const args = ["restore", "--output", workspace.path("out"), "--identity"];
    const wrong = await workspace.run([...args, workspace.path("other.txt")]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.result.message, /^--identity must hold an identity of one of the recipients \(age\)/);
    writeFileSync(workspace.path("out"), "precious");
    assert.equal((await restore()).code, 2);
    assert.equal(readFileSync(workspace.path("out"), "utf8"), "precious");
  });

  describe("prune", () => {
    it("removes what has expired, but never the newest good one", async () => {
      const retention = { hourly: 1 };
      appendFileSync(workspace.storedFile(`${newest}.dump.${extension()}.age`), "x");
      const run = await workspace.run(["prune"], { retention });
      assert.equal(run.code, 0, run.stderr);
      assert.deepEqual(run.result["removed"], []);
      assert.equal((await restore("--id", older)).code, 0);
    });

    it("removes the older one with all its objects, says so before with --dry-run, and the chain stays whole", async () => {
      const retention = { hourly: 1 };
      const stored = workspace.stored().length;
      const dry = await workspace.run(["prune", "--dry-run"], { retention });
      assert.equal(workspace.stored().length, stored);
      const run = await workspace.run(["prune"], { retention });
      assert.deepEqual(run.result["removed"], dry.result["removed"]);
      assert.deepEqual(run.result["removed"], [`primary/${older}`]);
      assert.ok(workspace.stored().every((file) => !file.includes(older)));
      assert.equal((await workspace.run(["check"], { retention })).code, 0);
    });

    it("removes nothing where no backup is good, and ends with 3", async () => {
      for (const id of [older, newest]) truncateSync(workspace.storedFile(`${id}.dump.${extension()}.age`), 10);
      const run = await workspace.run(["prune"], { retention: { hourly: 1 } });
      assert.equal(run.code, 3);
      assert.equal(workspace.stored().length, 8);
    });

    it("leaves only good backups wherever it is killed, and the next run removes the rest", async () => {
      const retention = { hourly: 1 };
      const kept = workspace.path("kept");
      cpSync(workspace.storeFolder, kept, { recursive: true, preserveTimestamps: true });
      for (let removals = 0; removals < 4; removals++) {
        workspace.variables["KILL_AT_REMOVAL"] = String(removals);
        assert.equal((await workspace.run(["prune"], { retention })).code, null);
        delete workspace.variables["KILL_AT_REMOVAL"];
        const { result } = await workspace.run(["list"]);
        assert.equal(result.id, newest);
        assert.match(result.message, removals === 0 ? /^2 good and 0 bad/ : /^1 good and 0 bad/);
        workspace.clockShiftSeconds += 25 * 3600;
        assert.equal((await workspace.run(["prune"], { retention, maxAgeSeconds: null })).code, 0);
        assert.ok(workspace.stored().every((file) => file.includes(newest)));
        workspace.clockShiftSeconds -= 25 * 3600;
        rmSync(workspace.storeFolder, { recursive: true });
        cpSync(kept, workspace.storeFolder, { recursive: true, preserveTimestamps: true });
      }
    });

    it("removes nothing by a clock that others do not share", async () => {
      const refuses = async (message: RegExp): Promise<void> => {
        const run = await workspace.run(["prune"], { retention: { hourly: 1 } });
        assert.equal(run.code, 1, run.stderr);
        assert.match(run.result.message, message);
        assert.equal(workspace.stored().length, 8);
      };
      workspace.clockShiftSeconds += 30 * 86_400;
      await refuses(
        /nothing removed: the newest backup is 2592\d\d\d seconds old and may be 7200: the clock is wrong, or/,
      );
      workspace.clockShiftSeconds -= 31 * 86_400;
      await refuses(/nothing removed: \S+ is of the future, /);
      workspace.clockShiftSeconds += 86_400;
      workspace.variables["FILE_SERVER_SHIFT_SECONDS"] = "-301";
      await refuses(/nothing removed: the store's clock is -301 seconds ahead of this machine's; set the clocks$/);
      workspace.variables["FILE_SERVER_SHIFT_SECONDS"] = "290";
      const manifest = workspace.storedFile(`${newest}.manifest.json`);
      const late = statSync(manifest).mtimeMs / 1000 + 400;
      utimesSync(manifest, late, late);
      await refuses(/nothing removed: the store wrote \S+ (399|400) seconds after it was finished by its own clock/);
      utimesSync(manifest, late - 400, late - 400);
      const run = await workspace.run(["prune"], { retention: { hourly: 1 } });
      assert.deepEqual(run.result["removed"], [`primary/${older}`]);
    });

    it("removes objects without a manifest when they are older than a day", async () => {
      rmSync(workspace.storedFile(`${older}.manifest.json`));
      await workspace.run(["prune"]);
      assert.equal(workspace.stored().filter((file) => file.includes(older)).length, 3);
      workspace.clockShiftSeconds += 25 * 3600;
      await workspace.run(["prune"], { maxAgeSeconds: null });
      assert.equal(workspace.stored().filter((file) => file.includes(older)).length, 0);
    });
  });
});

function extension(): string {
  return "createZstdCompress" in zlib ? "zst" : "gz";
}

function flip(file: string): void {
  const bytes = readFileSync(file);
  writeFileSync(file, flippedBit(bytes, bytes.length / 2));
}
