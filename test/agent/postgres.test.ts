// Backup, list, check and restore of a real PostgreSQL server into a folder, read back with stock tools.
// Does not prove: other major versions than the installed one, TLS, servers that speak another language.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { needPrograms, runProgram } from "../support/programs.js";
import { PostgresServer } from "./support/postgres-server.js";
import { Workspace } from "./support/workspace.js";

describe("agent: PostgreSQL", () => {
  const server = new PostgresServer();
  let workspace: Workspace;
  const oddName = `sh'op "ü" a=b \\ 雪`;

  before(async function () {
    needPrograms(this, "initdb", "postgres", "psql", "pg_dump", "pg_restore", "age", "age-keygen", "minisign");
    await server.start();
    server.sql(
      "postgres",
      "CREATE DATABASE shop; CREATE ROLE clerk LOGIN PASSWORD 'clerk-password'; CREATE ROLE dumper LOGIN PASSWORD 'clerk-password';",
    );
    server.sql(
      "shop",
      'CREATE TABLE orders AS SELECT n, md5(n::text) AS text FROM generate_series(1, 5000) n; ALTER TABLE orders OWNER TO clerk; CREATE SCHEMA "Lager ü"; CREATE TABLE "Lager ü"."Tisch 雪.x" (n int); INSERT INTO "Lager ü"."Tisch 雪.x" VALUES (1), (2); GRANT SELECT ON ALL TABLES IN SCHEMA public TO dumper; GRANT USAGE ON SCHEMA "Lager ü" TO dumper; GRANT SELECT ON ALL TABLES IN SCHEMA "Lager ü" TO dumper',
    );
    server.sql("postgres", `CREATE DATABASE "${oddName.replaceAll('"', '""')}"`);
    server.sql(oddName, "CREATE TABLE t AS SELECT 7 AS n");
  });
  after(() => server.stop());
  beforeEach(() => {
    workspace = new Workspace({ source: server.source({ countTables: ["public.orders", "Lager ü.Tisch 雪.x"] }) });
  });
  afterEach(() => {
    workspace.remove();
  });

  it("makes a backup that stock age, zstd or gzip, pg_restore and minisign can read", async () => {
    const run = await workspace.run(["backup"]);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(run.stdout.trimEnd().split("\n").length, 1);
    assert.deepEqual(
      workspace
        .stored()
        .map((file) => file.slice(file.indexOf(run.result.id) + run.result.id.length).replace(/zst|gz/, "Z")),
      [".dump.Z.age", ".globals.sql.Z.age", ".manifest.json", ".manifest.json.minisig"],
    );
    const manifestFile = workspace.storedFile(".manifest.json");
    runProgram("minisign", ["-Vm", manifestFile, "-P", workspace.publicKey("signing")]);
    const manifest = JSON.parse(readFileSync(manifestFile, "utf8")) as Record<string, unknown>;
    assert.deepEqual(manifest["rowCounts"], { "Lager ü.Tisch 雪.x": 2, "public.orders": 5000 });
    const unpack = manifest["compression"] === "zstd" ? "zstd" : "gzip";
    for (const identity of workspace.identityFiles) {
      const packed = runProgram("age", ["-d", "-i", identity, workspace.stored()[0] ?? ""]);
      const dump = runProgram(unpack, ["-dc"], packed);
      writeFileSync(workspace.path("dump"), dump);
      assert.match(
        runProgram("pg_restore", ["-l", workspace.path("dump")]).toString(),
        /TABLE DATA public orders clerk/,
      );
    }
    const globals = runProgram("age", ["-d", "-i", workspace.identityFiles[0], workspace.stored()[1] ?? ""]);
    assert.match(runProgram(unpack, ["-dc"], globals).toString(), /CREATE ROLE clerk/);
  });

  it("has the dump written in large pieces where the image has a program for that, and without it where that fails", async function () {
    needPrograms(this, "stdbuf");
    const settings = workspace.path("settings");
    const real = 'PATH="${PATH#*:}" exec pg_dump "$@"';
    workspace.program("pg_dump", `[ "$1" = --version ] || echo "$_STDBUF_O" > ${settings}\n${real}`);
    for (const given of ["131072", ""]) {
      const run = await workspace.run(["backup"]);
      assert.equal(run.code, 0, run.stderr);
      assert.equal(readFileSync(settings, "utf8").trim(), given);
      workspace.program("stdbuf", "echo no library >&2; exit 125");
    }
  });

  it("never prints a secret, nor writes one into a manifest", async () => {
    const runs = [
      await workspace.run(["backup"]),
      await workspace.run(["backup"], { source: server.source({ database: server.password }) }),
    ];
    const texts = runs.flatMap(({ stdout, stderr }) => [stdout, stderr]);
    texts.push(readFileSync(workspace.storedFile(".manifest.json"), "utf8"));
    const secretKey = readFileSync(workspace.path("signing.key"), "utf8").split("\n")[1] ?? "";
    for (const text of texts) {
      assert.ok(!text.includes(server.password), text);
      assert.ok(!text.includes(secretKey), text);
    }
  });

  it("restores into an empty database, compares the rows, and refuses one that is not empty", async () => {
    await workspace.run(["backup"]);
    server.sql("postgres", "CREATE DATABASE again TEMPLATE template0");
    const restore = ["restore", "--identity", workspace.identityFiles[1], "--database", "again"];
    const first = await workspace.run(restore);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.result.message, /row counts of 2 tables are right/);
    assert.equal(
      server.sql(
        "again",
        "SELECT count(*), max(n), tableowner FROM orders, pg_tables WHERE tablename = 'orders' GROUP BY 3",
      ),
      "5000|5000|clerk",
    );
    const second = await workspace.run(restore);
    assert.equal(second.code, 2);
    assert.match(second.result.message, /database again must be empty \(the agent\), got 2 relations/);
    const wrong = await workspace.run([...restore, "--into-existing", "shop"]);
    assert.equal(wrong.code, 2);
    server.sql("again", "DELETE FROM orders WHERE n > 10");
    assert.equal((await workspace.run([...restore, "--into-existing", "again"])).code, 0);
    assert.equal(server.sql("again", "SELECT count(*) FROM orders"), "5000");
    server.sql("postgres", "DROP DATABASE again");
  });

  it("tells which owners are missing before it changes anything", async () => {
    await workspace.run(["backup"]);
    server.sql("postgres", "CREATE DATABASE ownerless TEMPLATE template0; ALTER ROLE clerk RENAME TO gone");
    try {
      const restore = ["restore", "--identity", workspace.identityFiles[1], "--database", "ownerless"];
      const refused = await workspace.run(restore);
      assert.equal(refused.code, 2);
      assert.match(refused.result.message, /must have the owners of the data \(PostgreSQL\), got none of clerk/);
      assert.equal((await workspace.run([...restore, "--no-owner"])).code, 0);
      assert.equal(server.sql("ownerless", "SELECT count(*) FROM orders"), "5000");
    } finally {
      server.sql("postgres", "ALTER ROLE gone RENAME TO clerk; DROP DATABASE ownerless");
    }
  });

  it("takes databases of any name", async () => {
    const source = server.source({ database: oddName, countTables: ["public.t"] });
    assert.equal((await workspace.run(["backup"], { source })).code, 0);
    server.sql(oddName, "DROP TABLE t");
    const run = await workspace.run(["restore", "--identity", workspace.identityFiles[0]], { source });
    assert.equal(run.code, 0, run.stderr);
    assert.equal(server.sql(oddName, "SELECT n FROM t"), "7");
  });

  it("takes globals without passwords from a role that may not read them, and says so", async () => {
    const passwordFile = workspace.path("password");
    writeFileSync(passwordFile, "clerk-password\n");
    const run = await workspace.run(["backup"], { source: server.source({ user: "dumper", passwordFile }) });
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /globals are taken without role passwords/);
    assert.deepEqual(run.result["omitted"], ["role passwords"]);
  });

  it("dumps and counts one moment although rows come in while it does", async () => {
    workspace.program(
      "pg_dump",
      `[ "$1" = --version ] || PGPASSWORD='${server.password}' psql -h 127.0.0.1 -p ${String(server.port)} -U postgres -qc "INSERT INTO orders VALUES (0, 'late')" shop 1>&2\nPATH="\${PATH#*:}" exec pg_dump "$@"`,
    );
    const run = await workspace.run(["backup"]);
    assert.equal(run.code, 0, run.stderr);
    server.sql("postgres", "CREATE DATABASE moment TEMPLATE template0");
    const restored = await workspace.run(["restore", "--identity", workspace.identityFiles[0], "--database", "moment"]);
    assert.equal(restored.code, 0, restored.stderr);
    assert.equal(server.sql("shop", "SELECT count(*) FROM orders WHERE n = 0"), "1");
    assert.equal(server.sql("moment", "SELECT count(*) FROM orders WHERE n = 0"), "0");
    server.sql("shop", "DELETE FROM orders WHERE n = 0");
    server.sql("postgres", "DROP DATABASE moment");
  });

  it("refuses an older client, a wrong password, a missing database and missing tables with 2, an absent server with 1", async () => {
    const passwordFile = workspace.path("wrong");
    writeFileSync(passwordFile, "not the password");
    const cases = [
      {
        source: server.source({ passwordFile }),
        code: 2,
        message: /must let user postgres in .* password authentication failed/,
      },
      { source: server.source({ database: "nowhere" }), code: 2, message: /database "nowhere" does not exist/ },
      {
        source: server.source({ countTables: ["public.a", "public.b"] }),
        code: 2,
        message: /got "public.a", "public.b"/,
      },
      {
        source: server.source({ port: 1, connectTimeoutSeconds: 0 }),
        code: 1,
        message: /no connection to 127.0.0.1:1/,
      },
    ];
    for (const { source, code, message } of cases) {
      const run = await workspace.run(["backup"], { source });
      assert.equal(run.code, code, run.stderr);
      assert.match(run.result.message, message);
    }
    workspace.program("pg_dump", 'echo "pg_dump (PostgreSQL) 9.6.24"');
    const old = await workspace.run(["backup"]);
    assert.equal(old.code, 2);
    assert.match(
      old.result.message,
      /must be at least as new as the server \(PostgreSQL\), got 9 for a server of version \d+/,
    );
    assert.deepEqual(workspace.stored(), []);
  });

  it("keeps trying while the server starts", async () => {
    const flag = workspace.path("tried");
    workspace.program(
      "psql",
      `[ -e ${flag} ] || { touch ${flag}; echo "psql: error: the database system is starting up" >&2; exit 2; }\nPATH="\${PATH#*:}" exec psql "$@"`,
    );
    const run = await workspace.run(["backup"]);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /no connection to 127.0.0.1:\d+ yet: psql ended with exit code 2: .*starting up/);
  });
});
