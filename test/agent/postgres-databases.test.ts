// Several databases of a real PostgreSQL server in one backup: parts, counts, restores of all and of one, and drills.
// A restore that is killed in the middle, and repeated. Does not prove: hundreds of databases, other major versions.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { ended, type AgentRun, Workspace } from "./support/workspace.js";
import { PostgresServer } from "./support/postgres-server.js";
import { needPrograms, programPath, runProgram } from "../support/programs.js";

const oddName = 'b/i"l.l ü';

describe("agent: several PostgreSQL databases", () => {
  const server = new PostgresServer();
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, "initdb", "postgres", "psql", "pg_dump", "pg_restore", "age-keygen", "minisign", "mkfifo");
    await server.start();
    server.sql("postgres", `CREATE DATABASE orders; CREATE DATABASE "${oddName.replace('"', '""')}"`);
    server.sql("orders", "CREATE TABLE t AS SELECT n, md5(n::text) AS text FROM generate_series(1, 20000) n");
    server.sql(oddName, "CREATE TABLE t AS SELECT 7 AS n; CREATE TABLE u AS SELECT 1 AS n");
  });
  after(() => server.stop());
  beforeEach(() => {
    const databases = [
      { name: "orders", countTables: ["public.t"] },
      { name: oddName, countTables: ["public.t", "public.u"] },
      { name: "postgres" },
    ];
    workspace = new Workspace({ source: server.source({ database: undefined, databases }) });
  });
  afterEach(() => {
    workspace.remove();
    server.sql("postgres", "DROP DATABASE IF EXISTS again WITH (FORCE)");
  });

  const restore = (...more: readonly string[]): Promise<AgentRun> =>
    workspace.run(["restore", "--identity", workspace.identityFiles[0], ...more]);

  const counts = { '"b/i\\"l.l ü".public.t': 1, '"b/i\\"l.l ü".public.u': 1, '"orders".public.t': 20_000 };

  it("are parts of one backup, each with its counts, and are drilled together", async () => {
    const run = await workspace.run(["backup"]);
    assert.equal(run.code, 0, run.stderr);
    const manifest = JSON.parse(readFileSync(workspace.storedFile(".manifest.json"), "utf8")) as {
      parts: { name: string; key: string }[];
      rowCounts: object;
    };
    const { id } = run.result;
    const parts = manifest.parts.map(({ name, key }) => [
      name,
      key.slice(key.indexOf(id) + id.length).replace(/\.\w+\.age$/, ""),
    ]);
    assert.deepEqual(parts, [
      ["globals", ".globals.sql"],
      ["database:orders", ".1-orders.dump"],
      [`database:${oddName}`, ".2-b_i_l_l__.dump"],
      ["database:postgres", ".3-postgres.dump"],
    ]);
    assert.deepEqual(manifest.rowCounts, counts);
    assert.equal((await workspace.run(["check", "--deep"])).code, 0);
    mkdirSync(workspace.path("s"));
    workspace.asUser = "postgres";
    for (const name of ["initdb", "postgres"]) workspace.program(name, `exec ${programPath(name) ?? name} "$@"`);
    const checks = [
      { name: "seven", database: oddName, sql: "SELECT n = 7 FROM t" },
      { name: "most", database: "orders", sql: "SELECT max(n) FROM t", expect: "20000" },
    ];
    const args = ["drill", "--identity", workspace.identityFiles[0], "--scratch", workspace.path("s")];
    const drilled = await workspace.run(args, { drill: { checks } });
    assert.equal(drilled.code, 0, drilled.stderr);
    assert.deepEqual(drilled.result["rowCounts"], { expected: counts, found: counts });
    assert.deepEqual(readdirSync(workspace.path("s")), []);
  });

  it("are restored together where they are empty, or one of them by name", async () => {
    assert.equal((await workspace.run(["backup"])).code, 0);
    const full = await restore();
    assert.equal(full.code, 2, full.stderr);
    assert.match(
      full.result.message,
      /^database orders must be empty .*; database b\/i"l.l ü must be empty \(the agent\), got 2 relations; give --part "database:orders" and --database/,
    );
    const ambiguous = await restore("--database", "again");
    assert.equal(ambiguous.code, 2);
    assert.match(
      ambiguous.result.message,
      /^--part must be given with --database and --into-existing where .*write one of database:orders, /,
    );
    const unknown = await restore("--part", "database:order");
    assert.equal(unknown.code, 2);
    assert.match(unknown.result.message, /^--part must be one of database:orders, .* got "database:order"/);
    server.sql("postgres", "CREATE DATABASE again TEMPLATE template0");
    const one = await restore("--part", `database:${oddName}`, "--database", "again");
    assert.equal(one.code, 0, one.stderr);
    assert.equal(server.sql("again", "SELECT n FROM t"), "7");
    server.sql("orders", "DROP TABLE t");
    server.sql(oddName, "DROP TABLE t, u");
    const all = await restore();
    assert.equal(all.code, 0, all.stderr);
    assert.equal(all.result.message, `restored into orders, ${oddName}, postgres; row counts of 3 tables are right`);
    assert.equal(server.sql("orders", "SELECT count(*) FROM t"), "20000");
    assert.equal(server.sql(oddName, "SELECT n FROM t"), "7");
  });

  it("leave nothing of a restore that was killed in the middle, so that it can be repeated", async () => {
    assert.equal((await workspace.run(["backup"])).code, 0);
    server.sql("postgres", "CREATE DATABASE again TEMPLATE template0");
    const args = ["--part", "database:orders", "--database", "again"];
    const [restoring, held] = [workspace.path("restoring"), workspace.path("held")];
    runProgram("mkfifo", [restoring, held]);
    // Half of the archive goes through; then the restore stands still until the agent is gone.
    workspace.program(
      "pg_restore",
      `case "$*" in *--list*) PATH="\${PATH#*:}" exec pg_restore "$@";; esac\n` +
        `{ head -c 300000; echo > ${restoring}; cat ${held}; } | PATH="\${PATH#*:}" pg_restore "$@"`,
    );
    const child = workspace.start(["restore", "--identity", workspace.identityFiles[0], ...args]);
    const run = ended(child);
    readFileSync(restoring);
    const copying = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'again' AND query LIKE 'COPY public.t %'";
    while (server.sql("postgres", copying) !== "1");
    child.kill("SIGKILL");
    writeFileSync(held, "");
    assert.equal((await run).code, null);
    workspace.program("pg_restore", 'PATH="${PATH#*:}" exec pg_restore "$@"');
    const again = await restore(...args);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(server.sql("again", "SELECT count(*) FROM t"), "20000");
  });
});
