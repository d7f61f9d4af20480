// Drills of what real pgBackRest keeps of a real PostgreSQL, in encrypted repositories: recovery to a moment and to the
// end, the user's checks, figures, the record, and that nothing is archived by it. Does not prove repositories in buckets
// (test/engine/postgres-wal-drill.test.ts has one) nor tablespaces.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { AgentDrill, PgBackRestSource } from "../../components/model/agent-config.js";
import type { DrillRecord } from "../../agent/drill/record.js";
import { needPrograms, programPath, runProgram } from "../support/programs.js";
import { ArchivedPostgres } from "./support/archived-postgres.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

const programs = ["pgbackrest", "initdb", "postgres", "psql", "pg_controldata", "setpriv", "age-keygen", "minisign"];
const source: PgBackRestSource = { kind: "pgbackrest", stanza: "main", repositories: ["near"], windowSeconds: 86_400 };
const both = { ...source, repositories: ["near", "far"] };

describe("agent: drills of an archive", function () {
  // Whole servers are restored; a machine may be busy.
  this.timeout(600_000);
  const production = new ArchivedPostgres();
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, ...programs);
    await production.start(2);
    production.sql("CREATE TABLE orders AS SELECT n, md5(n::text) AS text FROM generate_series(1, 1000) n");
    production.sql("CREATE DATABASE shop");
    production.sql("CREATE TABLE visits AS SELECT 1 AS n", "shop");
    for (const repository of [1, 2]) production.backup(repository);
    // The first moment that can be restored is a second after the backup; what follows must be later.
    production.sql("SELECT pg_sleep(2.5)");
    production.sql("DELETE FROM orders WHERE n > 10");
    production.sql("BEGIN; INSERT INTO orders VALUES (2000, 'prepared'); PREPARE TRANSACTION 'left open'");
    for (let round = 0; round < 3; round++) production.archive();
  });
  after(() => production.stop());
  beforeEach(() => {
    workspace = new Workspace({ source });
    mkdirSync(workspace.path("s"));
    workspace.asUser = "postgres";
    Object.assign(workspace.variables, production.variables);
    for (const name of ["postgres", "pg_controldata"]) {
      workspace.program(name, `exec ${programPath(name) ?? name} "$@"`);
    }
  });
  afterEach(() => {
    workspace.remove();
  });

  function drill(terms: AgentDrill = {}, more: readonly string[] = [], changes: object = {}): Promise<AgentRun> {
    return workspace.run(["drill", "--scratch", workspace.path("s"), ...more], { drill: terms, ...changes });
  }

  const count = (expect: string) => ({ name: "orders", sql: "SELECT count(*), max(n) FROM orders", expect });
  const record = (): DrillRecord =>
    JSON.parse(readFileSync(workspace.storedFile(".drill.json"), "utf8")) as DrillRecord;

  it("recovers every repository to its end, leaves a signed record and nothing else, and archives nothing", async () => {
    const before = [1, 2].map((repository) => production.state(repository));
    const checks = [
      count("10|10"),
      { name: "visits", database: "shop", sql: "SELECT n = 1 FROM visits" },
      { name: "prepared", sql: "SELECT gid FROM pg_prepared_xacts", expect: "left open" },
      {
        name: "closed",
        sql: "SELECT string_agg(setting, '|' ORDER BY name) FROM pg_settings WHERE name IN ('archive_mode', 'listen_addresses', 'max_logical_replication_workers', 'max_wal_senders', 'shared_preload_libraries')",
        expect: "off||0|0|",
      },
      { name: "in service", sql: "SELECT NOT pg_is_in_recovery()" },
      // Forces a file of the log to be closed, which a server that archives would push.
      { name: "switched", sql: "SELECT pg_switch_wal() IS NOT NULL" },
    ];
    const run = await drill({ checks, rtoSeconds: 600, rpoSeconds: 600 }, [], { source: both });
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(readdirSync(workspace.path("s")), []);
    assert.deepEqual(
      [1, 2].map((repository) => production.state(repository)),
      before,
    );
    const written = record();
    assert.deepEqual([written.passed, written.pick, written.store, written.class], [true, "newest", "near", null]);
    assert.deepEqual(
      written.checks.map(({ name, passed }) => [name, passed]),
      ["near", "far"].flatMap((store) => checks.map(({ name }) => [`${store}: ${name}`, true])),
    );
    assert.equal(written.recoveries?.length, 2);
    for (const { backup, target, lastTransactionAt, rtoSeconds } of written.recoveries ?? []) {
      assert.match(String(backup), /^\d{8}-\d{6}F$/);
      assert.equal(target, null);
      const last = production.sql("SELECT extract(epoch FROM max(at)) * 1000 FROM beat");
      assert.ok(Math.abs(Date.parse(lastTransactionAt ?? "") - Number(last)) < 1000, lastTransactionAt ?? "");
      assert.ok(rtoSeconds !== null && rtoSeconds > 0 && rtoSeconds <= (written.rtoSeconds ?? 0));
    }
    const rpo = (Date.parse(written.startedAt) - Date.parse(written.dataAt ?? "")) / 1000;
    assert.deepEqual([written.rpoSeconds, run.result["rpoSeconds"]], [rpo, rpo]);
    const file = workspace.storedFile(".drill.json");
    runProgram("minisign", ["-Vm", file, "-P", workspace.publicKey("signing")]);
    for (const text of [run.stderr, run.stdout, readFileSync(file, "utf8")])
      assert.ok(!text.includes(production.passphrase));
  });

  it("brings back what was deleted after the moment, and compares no RPO then", async () => {
    const run = await drill({ checks: [count("1000|1000")], rpoSeconds: 1 }, ["--pick", "oldest"]);
    assert.equal(run.code, 0, run.stderr);
    const { dataAt, rpoSeconds, recoveries } = record();
    const [recovery] = recoveries ?? [];
    assert.equal(rpoSeconds, null);
    assert.equal(recovery?.target, dataAt);
    const random = await drill({}, ["--pick=random"]);
    assert.equal(random.code, 0, random.stderr);
  });

  it("recovers to the end where no transaction is as late as the moment", async () => {
    const changes = { source: { ...source, windowSeconds: 1 } };
    const run = await drill({ checks: [count("10|10")] }, ["--pick", "oldest"], changes);
    assert.equal(run.code, 0, run.stderr);
    assert.ok((record().recoveries?.[0]?.lagSeconds ?? 0) > 0);
  });

  it("fails with 3 when a check fails, a target is missed or the base backup is stale, and all of it is told", async () => {
    workspace.clockShiftSeconds = 4000;
    const checks = [count("11|11"), { name: "nowhere", database: "nothing", sql: "SELECT true" }];
    const run = await drill({ checks, rpoSeconds: 50 });
    assert.equal(run.code, 3, run.stderr);
    const { problems } = run.result as unknown as DrillRecord;
    assert.match(problems[0] ?? "", /^the newest base backup is stale: 40\d\d seconds old; it may be 3600$/);
    assert.equal(problems[1], 'check orders: "10|10" in place of "11|11"');
    assert.match(problems[2] ?? "", /^check nowhere: .*database "nothing" does not exist/);
    assert.match(problems[3] ?? "", /^RPO missed: 4\d\d\d/);
    assert.equal(problems.length, 4);
    assert.equal(record().passed, false);
  });

  it("fails with 3 when the log has a gap, at whatever moment behind it, and still tries the other repository", async () => {
    const file = production.log(1).at(-2) ?? "";
    const undo = production.take(file);
    try {
      const gap =
        /^(near: )?recovery ended [12] files before the archive does: one between is missing or cannot be read$/;
      const newest = await drill({ checks: [count("10|10")] }, [], { source: both });
      assert.equal(newest.code, 3, newest.stderr);
      assert.equal((newest.result["problems"] as string[]).length, 1);
      assert.match((newest.result["problems"] as string[])[0] ?? "", gap);
      const later = await drill({}, ["--pick", "oldest"], { source: { ...source, windowSeconds: 1 } });
      assert.equal(later.code, 3, later.stderr);
      assert.match((later.result["problems"] as string[])[0] ?? "", gap);
    } finally {
      undo();
    }
  });

  it("fails with 3 when a file of the log, of the base backup or the whole repository is not what it was", async () => {
    const base = production.files(1).filter((file) => /\/pg_data\/base\/.*\/1259\.gz$/.test(file))[0] ?? "";
    for (const [file, problem] of [
      [production.log(1).at(-2) ?? "", /^it cannot be restored: postgres .*ERROR: \[\d{3}\]/],
      [base, /^it cannot be restored: pgbackrest ended with exit code \d+: .*ERROR: \[\d{3}\]/],
      [join(production.repository(1), "backup/main/backup.info"), undefined],
    ] as const) {
      const undo = production.damage(file);
      try {
        const run = await drill();
        // The other copy of the catalogue is enough.
        assert.equal(run.code, problem === undefined ? 0 : 3, `${file}: ${run.stderr}`);
        if (problem !== undefined) assert.match(run.result.message, problem);
      } finally {
        undo();
      }
    }
    const stranger = await drill({}, [], { source: { ...source, user: "nobody" } });
    assert.equal(stranger.code, 3, stranger.stderr);
    assert.match(stranger.result.message, /^it cannot be restored: psql .*role "nobody" does not exist/);
    workspace.variables["PGBACKREST_REPO1_CIPHER_PASS"] = "another";
    const closed = await drill();
    assert.equal(closed.code, 3, closed.stderr);
    assert.match(closed.result.message, /^nothing can be restored: \[\w+Error\]/);
    const none = await drill({}, [], { source: { ...source, stanza: "other" } });
    assert.equal(none.code, 3, none.stderr);
    assert.match(none.result.message, /^nothing can be restored: missing stanza path/);
  });

  it("ends what a killed drill has left", async () => {
    workspace.program(
      "pgbackrest",
      `case "$*" in *restore) exec sleep 600;; esac; exec ${programPath("pgbackrest") ?? ""} "$@"`,
    );
    const killed = workspace.start(["drill", "--scratch", workspace.path("s")]);
    const noted = () =>
      readdirSync(workspace.path("s"))
        .map((name) => join(workspace.path("s"), name, ".server"))
        .find(existsSync);
    while (noted() === undefined && killed.exitCode === null) await delay(50);
    const { pid } = JSON.parse(readFileSync(noted() ?? "", "utf8")) as { pid: number };
    killed.kill("SIGKILL");
    workspace.program("pgbackrest", `exec ${programPath("pgbackrest") ?? ""} "$@"`);
    const run = await drill();
    assert.equal(run.code, 0, run.stderr);
    assert.ok(run.stderr.includes(`ended the server ${String(pid)}, which a killed run left`), run.stderr);
    assert.deepEqual(readdirSync(workspace.path("s")), []);
  });

  it("is told by check, which asks no artefacts", async () => {
    const check = (): Promise<AgentRun> => workspace.run(["check"], { drill: { everySeconds: 1000 } });
    assert.equal((await check()).result.message, "there is no drill that passed");
    assert.equal((await drill()).code, 0);
    const good = await check();
    assert.deepEqual([good.code, good.result.message], [0, "the drills are as they must be"], good.stderr);
    workspace.clockShiftSeconds = 2100;
    assert.match((await check()).stderr, /: the newest drill that passed is 2\d{3} seconds old; it may be 2000/);
    const unbound = await workspace.run(["check"]);
    assert.equal(unbound.code, 2);
    assert.match(unbound.result.message, /^drill\.everySeconds must be given to check pgbackrest/);
  });

  it("refuses what it cannot do, with 2", async () => {
    const identity = await drill({}, ["--identity", workspace.identityFiles[0], "--pick", "new"]);
    assert.equal(identity.code, 2);
    assert.match(
      identity.result.message,
      /^--pick must be one of .*\n--identity must be left out for pgbackrest \(the agent\)/,
    );
    for (const [command, advice] of [
      [["backup"], /got pgbackrest; run pgbackrest backup/],
      [["restore", "--identity", workspace.identityFiles[0]], /got pgbackrest; run pgbackrest restore/],
    ] as const) {
      const run = await workspace.run(command);
      assert.equal(run.code, 2);
      assert.match(run.result.message, advice);
    }
    workspace.program("postgres", 'echo "postgres (PostgreSQL) 12.1"');
    const older = await drill();
    assert.equal(older.code, 2, older.stderr);
    assert.match(
      older.result.message,
      /^drill must run PostgreSQL \d+, as the archived server \(PostgreSQL\), got 12;/,
    );
  });
});
