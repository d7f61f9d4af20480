// Objects in S3, Cloud Storage and Azure Blob that were altered, cut, deleted, exchanged or moved, behind the agent's back:
// check finds it, restore refuses it and the backup before still restores. A folder has the same table in content.test.ts.
// Does not prove: that a lock would have kept them from it; test/agent/stores shows what each server enforces.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needPrograms, runProgram } from "../../support/programs.js";
import { flippedBit } from "../support/flipped-bit.js";
import { networkServers, type StoredObjects } from "../support/stored-objects.js";
import { type AgentRun, Workspace } from "../support/workspace.js";

const asset = "production/orders/";
const manifest = ".manifest.json";
const signature = ".manifest.json.minisig";

interface Row {
  readonly what: string;
  /** Ending of the object that is changed. */
  readonly of: string;
  /** What it becomes; undefined: it goes away. */
  readonly change: (now: Buffer, older: Buffer) => Buffer | undefined;
  readonly found: RegExp;
  /** Only a deep check sees it, as no length differs. */
  readonly deep?: boolean;
}

const rows: readonly Row[] = [
  {
    what: "the data is cut",
    of: ".age",
    change: (now) => now.subarray(0, 1000),
    found: /its output has 1000 bytes in/,
  },
  { what: "the data is empty", of: ".age", change: () => Buffer.alloc(0), found: /its output has 0 bytes in place of/ },
  { what: "one bit of the data flips", of: ".age", change: flipped, found: /its output was altered/, deep: true },
  { what: "the data is gone", of: ".age", change: () => undefined, found: /its output is missing/ },
  {
    what: "the data is that of an older one",
    of: ".age",
    change: (_, old) => old,
    found: /its output (has|was)/,
    deep: true,
  },
  { what: "a bit of the manifest flips", of: manifest, change: flipped, found: /its signature does not fit/ },
  {
    what: "the manifest is that of an older one",
    of: manifest,
    change: (_, old) => old,
    found: /its signature does not/,
  },
  { what: "the signature is gone", of: signature, change: () => undefined, found: /its manifest is not signed/ },
  { what: "the signature is that of an older one", of: signature, change: (_, old) => old, found: /does not fit/ },
];

for (const [name, { program, make, objects }] of Object.entries(networkServers)) {
  const family = name as keyof typeof networkServers;

  describe(`agent: bad objects in ${family}`, () => {
    const server = make();
    let workspace: Workspace;
    let stored: StoredObjects;
    let older: string;
    let newest: string;

    before(async function () {
      needPrograms(this, program, "age-keygen", "minisign");
      await server.start();
      stored = objects(server);
      const source = { kind: "command", command: ["head", "-c", "200000", "/dev/urandom"] } as const;
      workspace = new Workspace({ source, stores: [server.store()], maxAgeSeconds: 36_000 });
      older = await backup();
      // Later than the one before, without waiting; servers take clocks that are some minutes ahead.
      workspace.clockShiftSeconds = 600;
      newest = await backup();
    });
    after(async () => {
      await server.stop();
      (workspace as Workspace | undefined)?.remove();
    });

    const run = (args: readonly string[], changes: object = {}): Promise<AgentRun> =>
      workspace.run(args, changes, family);

    async function backup(): Promise<string> {
      const made = await run(["backup"]);
      assert.equal(made.code, 0, made.stderr);
      return made.result.id;
    }

    async function keyOf(id: string, ending: string): Promise<string> {
      const found = (await stored.list(asset)).filter((key) => key.includes(id) && key.endsWith(ending));
      assert.equal(found.length, 1, found.join("\n"));
      return found[0] ?? "";
    }

    function restore(...which: readonly string[]): Promise<AgentRun> {
      rmSync(workspace.path("out"), { force: true });
      return run(["restore", ...which, "--identity", workspace.identityFiles[0], "--output", workspace.path("out")]);
    }

    async function assertFound(found: RegExp, deep = false): Promise<void> {
      const check = await run(["check", ...(deep ? ["--deep"] : [])]);
      assert.equal(check.code, 3, check.stderr);
      assert.match(check.result.message, found);
      const refused = await restore();
      assert.equal(refused.code, 3, refused.stderr);
      assert.match(refused.result.message, found);
      assert.match(refused.result.message, new RegExp(`the last good one is --id ${older}$`));
      const taken = await restore("--id", older);
      assert.equal(taken.code, 0, taken.stderr);
      assert.equal(readFileSync(workspace.path("out")).length, 200_000);
    }

    for (const { what, of, change, found, deep } of rows) {
      it(what, async () => {
        const key = await keyOf(newest, of);
        const now = await stored.read(key);
        const changed = change(now, await stored.read(await keyOf(older, of)));
        if (changed === undefined) await stored.remove(key);
        else await stored.write(key, changed);
        try {
          await assertFound(found, deep);
        } finally {
          await stored.write(key, now);
        }
      });
    }

    it("a stranger signs the manifest", async () => {
      const folder = mkdtempSync(join(tmpdir(), "agent-stranger-"));
      const [key, file] = [await keyOf(newest, signature), join(folder, "manifest.json")];
      const now = await stored.read(key);
      try {
        writeFileSync(file, await stored.read(await keyOf(newest, manifest)));
        workspace.makeSigningKey("stranger");
        runProgram("minisign", ["-Sm", file, "-s", workspace.path("stranger.key")]);
        await stored.write(key, readFileSync(`${file}.minisig`));
        await assertFound(/it is signed with a key that is not among signing\.publicKeys/);
      } finally {
        await stored.write(key, now);
        rmSync(folder, { recursive: true });
      }
    });

    it("a backup is moved to another asset", async () => {
      for (const key of await stored.list(asset)) {
        await stored.write(key.replace("/orders/", "/invoices/"), await stored.read(key));
      }
      const check = await run(["check"], { asset: "invoices" });
      assert.equal(check.code, 3, check.stderr);
      assert.match(check.stderr, /its manifest is of production\/orders, not of production\/invoices/);
    });

    it("and with everything put back all is as it must be", async () => {
      const check = await run(["check", "--deep", "--all"]);
      assert.equal(check.code, 0, check.stderr);
    });
  });
}

function flipped(bytes: Buffer): Buffer {
  return flippedBit(bytes, bytes.length / 2);
}
