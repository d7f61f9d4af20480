// A store that does not give one manifest, signature or record, while it gives all others: no backup is called bad, none is
// removed, and nothing older is taken for the newest. Does not prove: what the clouds' own servers answer.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import type { NetworkAgentStore } from "../../../components/model/agent-config.js";
import { AzureServer } from "../support/azure-server.js";
import { type Fault, FaultyProxy, type SeenRequest } from "../support/faulty-proxy.js";
import { GcsServer } from "../support/gcs-server.js";
import { S3Server } from "../support/s3-server.js";
import { type AgentRun, Workspace } from "../support/workspace.js";
import { needPrograms } from "../../support/programs.js";

interface ListedBackup {
  readonly id: string;
  readonly good: boolean;
  readonly unread: boolean;
}

const servers = {
  s3: { program: "versitygw", server: new S3Server() },
  gcs: { program: "fake-gcs-server", server: new GcsServer() },
  azure: { program: "azurite-blob", server: new AzureServer() },
} as const;

const drill = { command: ["sh", "-c", "test $(wc -c) = 4000000"], everySeconds: 36_000 };
/** What each family answers for an object of a bucket that is not there. */
const bucketGone: Readonly<Record<keyof typeof servers, Fault>> = {
  s3: { status: 404, body: "<Error><Code>NoSuchBucket</Code><Message>no bucket</Message></Error>" },
  gcs: { status: 404, body: "The specified bucket does not exist." },
  azure: {
    status: 404,
    body: "<Error><Code>ContainerNotFound</Code><Message>no container</Message></Error>",
    headers: { "x-ms-error-code": "ContainerNotFound", "content-type": "application/xml" },
  },
};
const busy: Fault = { status: 503, body: "busy" };

for (const [name, { server, program }] of Object.entries(servers)) {
  const family = name as keyof typeof servers;

  describe(`agent: one object that ${family} does not give`, () => {
    const proxy = new FaultyProxy(() => server.endpoint);
    let workspace: Workspace;
    let older: string;
    let newest: string;

    before(async function () {
      needPrograms(this, program, "age-keygen", "minisign");
      await server.start();
      await proxy.start();
      workspace = new Workspace({
        source: { kind: "command", command: ["head", "-c", "4000000", "/dev/urandom"] },
        stores: [server.store({ endpoint: proxy.endpoint })],
        maxAgeSeconds: 36_000,
        drill,
      });
      older = await backup();
      const drilled = await run("drill", "--identity", workspace.identityFiles[0]);
      assert.equal(drilled.code, 0, drilled.stderr);
      newest = [older, await backup()].sort()[1] ?? "";
      older = newest === older ? ((await listed()).find(({ id }) => id !== newest)?.id ?? "") : older;
    });
    beforeEach(() => {
      proxy.reset();
    });
    after(async () => {
      await proxy.stop();
      await server.stop();
      (workspace as Workspace | undefined)?.remove();
    });

    const run = (...args: readonly string[]): Promise<AgentRun> => workspace.run(args, {}, family);

    async function backup(): Promise<string> {
      const made = await run("backup");
      assert.equal(made.code, 0, made.stderr);
      return made.result.id;
    }

    async function listed(): Promise<readonly ListedBackup[]> {
      return (await run("list", "--json")).result["backups"] as readonly ListedBackup[];
    }

    /** Breaks every request for objects whose names hold both texts; returns how many were broken. */
    function breakReads(fault: Fault, ...texts: readonly string[]): () => number {
      let broken = 0;
      const content = ({ method, url }: SeenRequest): boolean => method === "GET" && !/list|prefix=/.test(url);
      proxy.fault = (request) => {
        if (!content(request) || !texts.every((text) => decodeURIComponent(request.url).includes(text))) return "pass";
        // Neither is a manifest where a signature is meant.
        if (texts.includes("manifest.json") && request.url.includes("minisig")) return "pass";
        broken++;
        return fault;
      };
      return () => broken;
    }

    /** Every command at once, as each waits for the store for a while. */
    async function assertUnread(store: Partial<NetworkAgentStore> = {}): Promise<void> {
      const run = (...args: readonly string[]): Promise<AgentRun> =>
        workspace.run(args, { stores: [server.store({ endpoint: proxy.endpoint, ...store })] }, family);
      const identity = ["--identity", workspace.identityFiles[0]];
      const [list, check, ...refusals] = await Promise.all([
        run("list", "--json"),
        run("check", "--metrics", workspace.path("c.prom")),
        run("restore", ...identity, "--output", workspace.path("out")),
        run("drill", ...identity),
      ]);
      assert.equal(list.code, 1, list.stderr);
      assert.equal(list.result.message, "1 good and 0 bad backups, 1 that cannot be read now");
      const all = list.result["backups"] as readonly ListedBackup[];
      assert.deepEqual(
        all.map(({ id, good, unread }) => [id, good, unread]),
        [
          [older, true, false],
          [newest, false, true],
        ],
      );
      assert.equal(check.code, 1, check.stderr);
      assert.match(check.result.message, new RegExp(`^${newest} in offsite: `));
      assert.equal((check.result["findings"] as readonly object[]).length, 1, check.stderr);
      assert.match(readFileSync(workspace.path("c.prom"), "utf8"), /state="bad"\} 0\n.*state="unread"\} 1/);
      for (const refused of refusals) {
        assert.equal(refused.code, 1, refused.stderr);
        assert.match(refused.result.message, new RegExp(`^backup ${newest} cannot be read now: offsite: `));
        assert.match(refused.result.message, new RegExp(`; the last good one is --id ${older}$`));
      }
    }

    const faults: readonly [string, Fault][] = [
      ["is answered with 503", busy],
      ["is answered with 403", { status: 403 }],
      ["breaks off", "cut-answer"],
      ["is never answered", "stall"],
    ];
    // What the SDKs do with each fault is proven with one of them; every one of them must tell a fault from an absence.
    for (const [what, fault] of family === "s3" ? faults : faults.slice(0, 1)) {
      it(`a manifest ${what}`, async function () {
        // Each attempt ends by itself.
        this.timeout(180_000);
        const broken = breakReads(fault, newest, "manifest.json");
        await assertUnread(fault === "stall" ? { idleTimeoutSeconds: 3 } : {});
        assert.ok(broken() > 0);
      });
    }

    it("a signature is answered with 503", async () => {
      const broken = breakReads(busy, newest, "minisig");
      await assertUnread();
      assert.ok(broken() > 0);
    });

    it("a drill's record is answered with 503", async () => {
      const broken = breakReads(busy, "drill.json");
      const check = await run("check");
      assert.equal(check.code, 1, check.stderr);
      assert.match(check.stderr, /drill record: /);
      assert.match(check.stderr, /there is no drill that passed/);
      assert.ok(broken() > 0);
    });

    it("the data breaks off while a drill reads it for the second time, which is no fault of the data", async () => {
      let reads = 0;
      proxy.fault = ({ method, url }) => {
        const data = method === "GET" && decodeURIComponent(url).includes(newest) && url.includes(".age");
        return data && ++reads > 1 ? "cut-answer" : "pass";
      };
      const drilled = await run("drill", "--identity", workspace.identityFiles[0]);
      assert.equal(drilled.code, 1, drilled.stderr);
      assert.equal(reads, 2);
    });

    it("the whole bucket is gone since it was listed, which is no fault of one manifest", async () => {
      const broken = breakReads(bucketGone[family], newest, "manifest.json");
      await assertUnread();
      assert.ok(broken() > 0);
    });

    it("and the next check, by then, finds everything as it must be", async () => {
      const check = await run("check", "--deep", "--all");
      assert.equal(check.code, 0, check.stderr);
    });
  });
}

describe("agent: a manifest on a broken disk", () => {
  let workspace: Workspace;
  let older: string;
  let newest: string;

  before(function () {
    needPrograms(this, "age-keygen", "minisign");
  });
  beforeEach(async () => {
    workspace = new Workspace({ source: { kind: "command", command: ["echo", "data"] } });
    older = await backup();
    workspace.clockShiftSeconds = 60;
    newest = await backup();
  });
  afterEach(() => {
    workspace.remove();
  });

  async function backup(): Promise<string> {
    const made = await workspace.run(["backup"]);
    assert.equal(made.code, 0, made.stderr);
    return made.result.id;
  }

  for (const which of ["older", "newest"] as const) {
    it(`lets prune remove nothing when it is that of the ${which} one`, async () => {
      const id = which === "older" ? older : newest;
      const files = workspace.stored();
      workspace.variables["UNREADABLE"] = `${id}.manifest.json`;
      const run = await workspace.run(["prune"], { retention: { hourly: 1 } });
      assert.equal(run.code, 1, run.stderr);
      assert.equal(run.result.message, `primary: nothing removed: ${id} cannot be read: EIO: i/o error`);
      assert.deepEqual(workspace.stored(), files);
      delete workspace.variables["UNREADABLE"];
      const next = await workspace.run(["prune"], { retention: { hourly: 1 } });
      assert.deepEqual(next.result["removed"], [`primary/${older}`]);
    });
  }

  it("leaves the age in doubt, unless even the backup that cannot be read is too old", async () => {
    workspace.variables["UNREADABLE"] = `${newest}.manifest.json`;
    workspace.clockShiftSeconds += 3000;
    const young = await workspace.run(["check"]);
    assert.equal(young.code, 1, young.stderr);
    workspace.clockShiftSeconds += 1000;
    const old = await workspace.run(["check"]);
    assert.equal(old.code, 3, old.stderr);
    assert.match(
      old.result.message,
      /^2 findings, the first: \S+: the newest backup is 4\d\d\d seconds old; it may be 3600$/,
    );
  });

  it("takes the chain for whole when the manifest before cannot be read", async () => {
    workspace.variables["UNREADABLE"] = `${older}.manifest.json`;
    const run = await workspace.run(["check"]);
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.result.message, `${older} in primary: EIO: i/o error`);
  });

  it("says 1, not 3, of what may lie in a store that cannot be read at all", async () => {
    const away = { kind: "folder", name: "away", path: workspace.path("unmounted") };
    const alone = await workspace.run(["check"], { stores: [away] });
    assert.equal(alone.code, 1, alone.stderr);
    const stores = [away, ...workspace.config.stores];
    const args = ["restore", "--identity", workspace.identityFiles[0], "--output", workspace.path("out")];
    const restored = await workspace.run([...args, "--at", "2001-01-01T00:00:00Z"], { stores });
    assert.equal(restored.code, 1, restored.stderr);
    assert.match(
      restored.result.message,
      /^there is no backup of 2001-01-01T00:00:00Z or before in the stores that can/,
    );
  });

  it("restores the copy of another store", async () => {
    const folder = workspace.path("second");
    mkdirSync(folder);
    const second = { kind: "folder", name: "second", path: folder, prefix: "backups" };
    const stores = [...workspace.config.stores, second];
    workspace.clockShiftSeconds += 60;
    const made = await workspace.run(["backup"], { stores });
    assert.equal(made.code, 0, made.stderr);
    workspace.variables["UNREADABLE"] = workspace.storedFile(`${made.result.id}.manifest.json`);
    const args = ["restore", "--identity", workspace.identityFiles[0], "--output", workspace.path("out")];
    const run = await workspace.run(args, { stores });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(readFileSync(workspace.path("out"), "utf8"), "data\n");
    const check = await workspace.run(["check"], { stores });
    assert.equal(check.code, 1, check.stderr);
  });
});
