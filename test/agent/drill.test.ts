// Drills of real PostgreSQL backups: a throw-away server, row counts, the user's checks, figures, targets, the record.
// Does not prove: that the figures are those of a restore on other machines, nor drills of large databases.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import type { AgentDrill } from "../../components/model/agent-config.js";
import type { DrillRecord } from "../../agent/drill/record.js";
import { PostgresServer } from "./support/postgres-server.js";
import { needPrograms, programPath, runProgram } from "../support/programs.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

const programs = ["initdb", "postgres", "psql", "pg_dump", "pg_restore", "setpriv", "age-keygen", "minisign"];

describe("agent: drills", () => {
  const server = new PostgresServer();
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, ...programs);
    await server.start();
    server.sql("postgres", "CREATE DATABASE shop; CREATE ROLE clerk LOGIN PASSWORD 'clerk-password'");
    server.sql(
      "shop",
      "CREATE TABLE orders AS SELECT n, md5(n::text) AS text FROM generate_series(1, 5000) n; ALTER TABLE orders OWNER TO clerk; CREATE VIEW big AS SELECT * FROM orders WHERE n > 4000",
    );
  });
  after(() => server.stop());
  beforeEach(() => {
    workspace = new Workspace({ source: server.source({ countTables: ["public.orders"] }) });
    mkdirSync(workspace.path("s"));
    // The user of the server must be able to read the password, as the agent runs as it.
    workspace.asUser = "postgres";
    for (const name of ["initdb", "postgres"]) {
      workspace.program(name, `exec ${programPath(name) ?? name} "$@"`);
    }
  });
  afterEach(() => {
    workspace.remove();
  });

  function drill(terms: AgentDrill = {}, more: readonly string[] = [], changes: object = {}): Promise<AgentRun> {
    const args = ["drill", "--identity", workspace.identityFiles[0], "--scratch", workspace.path("s"), ...more];
    return workspace.run(args, { drill: terms, ...changes });
  }

  const record = (): DrillRecord =>
    JSON.parse(readFileSync(workspace.storedFile(".drill.json"), "utf8")) as DrillRecord;

  it("restores into a throw-away server, runs the checks and leaves a signed record and nothing else", async () => {
    const made = await workspace.run(["backup"]);
    assert.equal(made.code, 0, made.stderr);
    const checks = [
      { name: "big orders", sql: "SELECT count(*), max(n) FROM big", expect: "1000|5000" },
      { name: "owner", sql: "SELECT tableowner = 'clerk' FROM pg_tables WHERE tablename = 'orders'" },
      { name: "no network", sql: "SHOW listen_addresses", expect: "" },
    ];
    const run = await drill({ checks, rtoSeconds: 600, rpoSeconds: 600 });
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(readdirSync(workspace.path("s")), []);
    const { rtoSeconds, rpoSeconds, rowCounts, id } = run.result as unknown as DrillRecord;
    assert.equal(id, made.result.id);
    assert.deepEqual(rowCounts, { expected: { "public.orders": 5000 }, found: { "public.orders": 5000 } });
    const written = record();
    assert.deepEqual([written.rtoSeconds, written.rpoSeconds], [rtoSeconds, rpoSeconds]);
    assert.deepEqual([written.passed, written.backup, written.store], [true, made.result.id, "primary"]);
    assert.ok(rtoSeconds !== null && rtoSeconds > 0, String(rtoSeconds));
    const dataAt = Date.parse(written.dataAt ?? "");
    assert.equal(rpoSeconds, (Date.parse(written.startedAt) - dataAt) / 1000);
    const file = workspace.storedFile(".drill.json");
    assert.match(file, /\/store\/backups\/production\/orders\/drills\/\d{4}\/\d\d\/\d\d\/[^/]+\.drill\.json$/);
    runProgram("minisign", ["-Vm", file, "-P", workspace.publicKey("signing")]);
    const listed = await workspace.run(["list"]);
    assert.equal(listed.result.message, "1 good and 0 bad backups");
    assert.deepEqual((await workspace.run(["prune"], { retention: { hourly: 1 } })).result["removed"], []);
    assert.ok(existsSync(file));
  });

  it("fails with 3 and the figures when rows differ, a check fails, or a target is missed", async () => {
    // A dump that lacks rows which its manifest counts: what a filter or a broken dumper would give.
    workspace.program(
      "pg_dump",
      `[ "$1" = --version ] || set -- "$@" --exclude-table-data=orders\nPATH="\${PATH#*:}" exec pg_dump "$@"`,
    );
    assert.equal((await workspace.run(["backup"])).code, 0);
    workspace.clockShiftSeconds = 100;
    const checks = [
      { name: "big orders", sql: "SELECT count(*) FROM big", expect: "1000" },
      { name: "broken", sql: "SELECT nothing" },
    ];
    const run = await drill({ checks, rpoSeconds: 50 });
    assert.equal(run.code, 3, run.stderr);
    const { problems, rtoSeconds, rpoSeconds } = run.result as unknown as DrillRecord;
    assert.ok(rtoSeconds !== null && rpoSeconds !== null && rpoSeconds >= 100);
    assert.equal(problems[0], "public.orders: 0 in place of 5000");
    assert.equal(problems[1], 'check big orders: "0" in place of "1000"');
    assert.match(problems[2] ?? "", /^check broken: psql ended with exit code 1: .*column "nothing" does not exist/);
    assert.equal(problems[3], `RPO missed: ${String(rpoSeconds)} seconds, the target is 50`);
    assert.equal(problems.length, 4);
    assert.equal(record().passed, false);
  });

  it("fails with 3 when the artefact is stale or altered, and leaves a record of it", async () => {
    await workspace.run(["backup"]);
    workspace.clockShiftSeconds = 4000;
    const stale = await drill();
    assert.equal(stale.code, 3);
    assert.match(stale.result.message, /^the artefact is stale: 4\d\d\d(\.\d+)? seconds old; it may be 3600$/);
    assert.equal((await drill({ maxArtefactAgeSeconds: 5000 })).code, 0);
    const dump = workspace.stored().find((file) => /\.dump\.\w+\.age$/.test(file)) ?? "";
    truncateSync(dump, 100);
    const truncated = await drill();
    assert.equal(truncated.code, 3);
    assert.match(truncated.result.message, /its database has 100 bytes in place of/);
    const records = workspace.stored().filter((file) => file.endsWith(".drill.json"));
    const passed = records.map((file) => (JSON.parse(readFileSync(file, "utf8")) as DrillRecord).passed);
    assert.deepEqual(passed.sort(), [false, false, true]);
  });

  it("fails with 3 when the bytes are right but no archive", async () => {
    workspace.program(
      "pg_dump",
      `[ "$1" = --version ] && PATH="\${PATH#*:}" exec pg_dump "$@"\nprintf PGDMP; head -c 100000 /dev/urandom`,
    );
    assert.equal((await workspace.run(["backup"])).code, 0);
    const run = await drill();
    assert.equal(run.code, 3, run.stderr);
    assert.match(run.result.message, /^it cannot be restored: pg_restore ended with exit code 1/);
    assert.deepEqual(readdirSync(workspace.path("s")), []);
  });

  it("takes the oldest that is still promised, and compares no RPO then", async () => {
    const ids: string[] = [];
    for (let hour = 0; hour < 3; hour++) {
      ids.push((await workspace.run(["backup"])).result.id);
      workspace.clockShiftSeconds += 3600;
    }
    const retention = { hourly: 9000 };
    const oldest = await drill({ rpoSeconds: 1 }, ["--pick", "oldest"], { retention });
    assert.equal(oldest.code, 0, oldest.stderr);
    assert.deepEqual([oldest.result.id, oldest.result["rpoSeconds"]], [ids[1], null]);
    const random = await drill({}, ["--pick=random"], { retention });
    assert.equal(random.code, 0, random.stderr);
    assert.ok(ids.slice(1).includes(random.result.id));
  });

  it("refuses to run as root, an unknown pick, and a scratch folder that is not there, with 2", async function () {
    await workspace.run(["backup"]);
    const pick = await drill({}, ["--pick", "new"]);
    assert.equal(pick.code, 2);
    assert.match(pick.result.message, /^--pick must be one of newest, random, oldest \(the agent\), got "new"/);
    rmSync(workspace.path("s"), { recursive: true });
    const scratch = await drill();
    assert.equal(scratch.code, 2);
    assert.match(scratch.result.message, /^scratch must be a folder that can be written, got ENOENT/);
    if (process.getuid?.() !== 0) return;
    workspace.asUser = undefined;
    mkdirSync(workspace.path("s"));
    const root = await drill();
    assert.equal(root.code, 2);
    assert.match(root.result.message, /^drill must not run as root \(PostgreSQL refuses to serve as root\), got uid 0/);
  });

  it("is told by check: none, one that passed, one that failed, one too old, one that a stranger wrote", async () => {
    const check = (): Promise<AgentRun> => workspace.run(["check"], { drill: { everySeconds: 1000 } });
    await workspace.run(["backup"]);
    assert.equal((await check()).result.message, "there is no drill that passed");
    assert.equal((await drill()).code, 0);
    const good = await check();
    assert.equal(good.code, 0, good.stderr);
    assert.equal((good.result["drill"] as { backup: string }).backup, good.result.id);
    workspace.clockShiftSeconds = 1500;
    assert.equal((await drill({ rtoSeconds: 600, rpoSeconds: 1 })).code, 3);
    assert.match((await check()).result.message, /: the newest drill failed: RPO missed/);
    workspace.clockShiftSeconds = 2100;
    const old = await check();
    assert.equal(old.code, 3);
    assert.match(old.stderr, /: the newest drill that passed is 2\d{3} seconds old; it may be 2000/);
    const passed = workspace.stored().filter((file) => /\.drill\.json$/.test(file))[0] ?? "";
    const forged = readFileSync(passed, "utf8").replace(/"rtoSeconds": [\d.]+/, '"rtoSeconds": 0.001');
    writeFileSync(passed, forged);
    const altered = await check();
    assert.match(altered.stderr, /drill record: its signature does not fit its content/);
    assert.match(altered.stderr, /there is no drill that passed/);
  });
});
