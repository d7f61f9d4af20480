// What a run leaves behind when something around it fails: the right exit code, and no manifest for what did not happen.
// Does not prove: power cuts and kernels that lie about fsync, nor out-of-memory kills by a cgroup.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { needPrograms, runProgram, skip } from "../../support/programs.js";
import { PostgresServer } from "../support/postgres-server.js";
import { ended, Workspace } from "../support/workspace.js";

describe("agent: faults while a backup is made", () => {
  const server = new PostgresServer();
  let workspace: Workspace;
  let lastGood: string;

  before(async function () {
    needPrograms(this, "initdb", "postgres", "psql", "pg_dump", "age-keygen", "minisign");
    await server.start();
    server.sql("postgres", "CREATE DATABASE shop");
    server.sql("shop", "CREATE TABLE orders AS SELECT n, md5(n::text) AS text FROM generate_series(1, 20000) n");
  });
  after(() => server.stop());
  beforeEach(async () => {
    workspace = new Workspace({ source: server.source({ countTables: ["public.orders"] }) });
    lastGood = (await workspace.run(["backup"])).result.id;
  });
  afterEach(() => {
    workspace.remove();
  });

  /** The last good backup is still the newest and can be read; nothing unfinished lies about. */
  async function assertUntouched(): Promise<void> {
    const files = workspace.stored();
    assert.equal(files.length, 4, files.join("\n"));
    assert.ok(
      files.every((file) => file.includes(lastGood)),
      files.join("\n"),
    );
    const listed = await workspace.run(["list", "--json"]);
    assert.equal(listed.result.id, lastGood);
    const check = await workspace.run(["check", "--deep"]);
    assert.equal(check.code, 0, check.stderr);
    const output = workspace.path("restored");
    rmSync(output, { force: true });
    const identity = workspace.identityFiles[0];
    const restored = await workspace.run(["restore", "--id", lastGood, "--identity", identity, "--output", output]);
    assert.equal(restored.code, 0, restored.stderr);
    // pg_restore reads the whole dump, down to its last row.
    assert.match(runProgram("pg_restore", ["--file", "-", output]).toString(), /^20000\t/m);
  }

  /** A stand-in that writes a real dump and then does something. */
  function dumpThen(script: string): void {
    workspace.program(
      "pg_dump",
      `[ "$1" = --version ] && { PATH="\${PATH#*:}" exec pg_dump "$@"; }\nPATH="\${PATH#*:}" pg_dump "$@"\n${script}`,
    );
  }

  it("commits nothing when the dumper fails after all its output", async () => {
    dumpThen('echo "disk on fire" >&2; exit 3');
    const run = await workspace.run(["backup"]);
    assert.equal(run.code, 1);
    assert.equal(run.result.message, "pg_dump ended with exit code 3: disk on fire");
    await assertUntouched();
  });

  for (const percent of [10, 50, 90]) {
    it(`commits nothing when the dumper is killed after ${String(percent)} % of its output`, async () => {
      const whole = workspace.path("whole");
      workspace.program(
        "pg_dump",
        `[ "$1" = --version ] && { PATH="\${PATH#*:}" exec pg_dump "$@"; }\nPATH="\${PATH#*:}" pg_dump "$@" > ${whole}\nhead -c $(($(stat -c %s ${whole}) * ${String(percent)} / 100)) ${whole}; kill -9 $$`,
      );
      const run = await workspace.run(["backup"]);
      assert.equal(run.code, 1);
      assert.equal(run.result.message, "pg_dump was killed by SIGKILL");
      await assertUntouched();
    });
  }

  it("commits nothing when the dumper succeeds and writes nothing, or something else", async () => {
    for (const [script, got] of [
      ["exit 0", "0 bytes"],
      ["echo hello", "6 bytes that begin otherwise"],
    ] as const) {
      workspace.program("pg_dump", `[ "$1" = --version ] && { PATH="\${PATH#*:}" exec pg_dump "$@"; }\n${script}`);
      const run = await workspace.run(["backup"]);
      assert.equal(run.code, 1);
      assert.equal(run.result.message, `the database must begin with "PGDMP", got ${got}`);
    }
    await assertUntouched();
  });

  it("commits nothing when the globals cannot be dumped", async () => {
    workspace.program("pg_dumpall", "echo -- partly; exit 1");
    const run = await workspace.run(["backup"]);
    assert.equal(run.code, 1);
    assert.match(run.result.message, /^pg_dumpall ended with exit code 1/);
    await assertUntouched();
  });

  it("commits nothing when the connection that holds the snapshot breaks", async () => {
    dumpThen(
      `PGPASSWORD='${server.password}' psql -h 127.0.0.1 -p ${String(server.port)} -U postgres -qXc "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%count%' AND pid <> pg_backend_pid()" >&2`,
    );
    server.sql(
      "shop",
      "CREATE FUNCTION slow() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM pg_sleep(60)'; CREATE VIEW slow AS SELECT slow()",
    );
    const run = await workspace.run(["backup"], { source: server.source({ countTables: ["public.slow"] }) });
    server.sql("shop", "DROP VIEW slow; DROP FUNCTION slow()");
    assert.equal(run.code, 1);
    assert.match(run.result.message, /^psql ended with exit code \d: .*terminat/);
    await assertUntouched();
  });

  it("ends in order on SIGTERM, with its result line", async () => {
    const flag = workspace.path("dumping");
    runProgram("mkfifo", [flag]);
    workspace.program(
      "pg_dump",
      `[ "$1" = --version ] && { PATH="\${PATH#*:}" exec pg_dump "$@"; }\nprintf PGDMP; head -c 3000000 /dev/urandom; echo > ${flag}; exec sleep 60`,
    );
    const child = workspace.start(["backup"]);
    const run = ended(child);
    readFileSync(flag);
    child.kill("SIGTERM");
    const { code, result } = await run;
    assert.equal(code, 1);
    assert.equal(result.message, "ended by SIGTERM");
    await assertUntouched();
  });

  it("leaves nothing that counts on SIGKILL, and the next run clears what is left", async () => {
    const flag = workspace.path("dumping");
    runProgram("mkfifo", [flag]);
    workspace.program(
      "pg_dump",
      `[ "$1" = --version ] && { PATH="\${PATH#*:}" exec pg_dump "$@"; }\nprintf PGDMP; head -c 3000000 /dev/urandom; echo > ${flag}; exec sleep 2`,
    );
    const child = workspace.start(["backup"]);
    const run = ended(child);
    readFileSync(flag);
    child.kill("SIGKILL");
    assert.equal((await run).code, null);
    assert.equal((await workspace.run(["list", "--json"])).result.id, lastGood);
    workspace.program("pg_dump", 'PATH="${PATH#*:}" exec pg_dump "$@"');
    const next = await workspace.run(["backup"]);
    assert.equal(next.code, 0, next.stderr);
    assert.match(next.stderr, /primary: removed \d unfinished files of killed runs/);
    assert.ok(workspace.stored().every((file) => !file.includes(".part-")));
    assert.equal((await workspace.run(["check", "--deep", "--all"])).code, 0);
  });

  it("keeps two runs at once apart", async () => {
    const runs = await Promise.all([workspace.run(["backup"]), workspace.run(["backup"])]);
    assert.deepEqual(
      runs.map(({ code }) => code),
      [0, 0],
    );
    const check = await workspace.run(["check", "--deep", "--all"]);
    assert.equal(check.code, 0, check.stderr);
    assert.equal(check.result.message, "3 backups, all as they must be");
  });

  it("drops a full store, keeps the other copy good, and fails", async function () {
    const full = workspace.path("full");
    mkdirSync(full);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=200k", "none", full], { encoding: "utf8" });
    if (mounted.status !== 0) skip(this, "mount is not permitted");
    try {
      const stores = [{ kind: "folder", name: "full", path: full }, ...workspace.config.stores];
      workspace.clockShiftSeconds = 60;
      const run = await workspace.run(["backup"], { stores });
      assert.equal(run.code, 1);
      assert.match(run.result.message, /^the backup lies in 1 of 2 stores; full: ENOSPC: no space left on device/);
      assert.deepEqual(
        workspace.stored(full).filter((file) => file.includes(".part-") || file.includes("manifest")),
        [],
      );
      const check = await workspace.run(["check", "--deep"]);
      assert.equal(check.code, 0, check.stderr);
      assert.equal(check.result.id, run.result.id);
      const alone = await workspace.run(["backup"], { stores: stores.slice(0, 1) });
      assert.equal(alone.code, 1);
      assert.match(alone.result.message, /every store refused the data \(full: ENOSPC/);
    } finally {
      runProgram("umount", [full]);
    }
  });

  it("leaves no file when a restore fills the disk", async function () {
    const full = workspace.path("full");
    mkdirSync(full);
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=200k", "none", full], { encoding: "utf8" });
    if (mounted.status !== 0) skip(this, "mount is not permitted");
    try {
      const identity = ["--identity", workspace.identityFiles[0]];
      const run = await workspace.run(["restore", ...identity, "--output", `${full}/out`]);
      assert.equal(run.code, 1, run.stderr);
      assert.match(run.result.message, /ENOSPC: no space left on device/);
      assert.deepEqual(readdirSync(full), []);
      await assertUntouched();
    } finally {
      runProgram("umount", [full]);
    }
  });

  it("fails when a disk is not mounted, and does not make its folder", async () => {
    const stores = [{ kind: "folder", name: "disk", path: workspace.path("unmounted") }];
    const run = await workspace.run(["backup"], { stores });
    assert.equal(run.code, 1);
    assert.match(run.result.message, /^no store can be read: disk \(folder .*\): ENOENT/);
  });

  it("refuses a signing key that is encrypted or no key", async () => {
    const secretKeyFile = workspace.path("encrypted.key");
    const lines = readFileSync(workspace.path("signing.key"), "utf8").split("\n");
    const bytes = Buffer.from(lines[1] ?? "", "base64");
    bytes.write("Sc", 2);
    writeFileSync(secretKeyFile, [lines[0], bytes.toString("base64"), ""].join("\n"));
    const signing = { ...workspace.config.signing, secretKeyFile };
    const encrypted = await workspace.run(["backup"], { signing });
    assert.equal(encrypted.code, 2);
    assert.match(
      encrypted.result.message,
      /must name an unencrypted minisign secret key \(minisign\), got .*encrypted with a password/,
    );
    writeFileSync(secretKeyFile, "hello");
    assert.equal((await workspace.run(["backup"], { signing })).code, 2);
    await assertUntouched();
  });
});
