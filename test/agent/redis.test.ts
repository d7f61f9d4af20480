// Backups and drills of a real Redis server: every key of every database, with its type and its time to live.
// Does not prove: other versions than the installed one, modules, clusters (each primary is a source).
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { needPrograms, runProgram } from "../support/programs.js";
import { RedisServer } from "./support/redis-server.js";
import { Workspace } from "./support/workspace.js";

/** Real program after the stand-in of the same name. */
const real = 'PATH="${PATH#*:}"';

describe("agent: Redis", () => {
  const server = new RedisServer();
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, "redis-server", "redis-cli", "redis-check-rdb", "age-keygen", "minisign");
    await server.start();
    server.ask(
      [
        'SET text "Grüße 雪"',
        'SET binary "\\x00\\xff\\n"',
        "HSET hash a 1 b 2",
        "RPUSH list x y z",
        "ZADD scores 1.5 one 2 two",
        "SADD set a b",
        "XADD stream 1-1 field value",
        "SET later 1 EX 100000",
        "DEBUG SET-ACTIVE-EXPIRE 0",
        "SET over 1 PX 1",
        ...Array.from({ length: 2000 }, (_, n) => `SET key:${String(n)} ${"v".repeat(100)}${String(n)}`),
      ].join("\n"),
    );
    server.ask("SET other 3", 7);
  });
  after(() => server.stop());
  beforeEach(() => {
    workspace = new Workspace({ source: server.source() });
  });
  afterEach(() => {
    workspace.remove();
  });

  async function restored(): Promise<string> {
    const output = workspace.path("dump.rdb");
    const run = await workspace.run(["restore", "--identity", workspace.identityFiles[0], "--output", output]);
    assert.equal(run.code, 0, run.stderr);
    return output;
  }

  it("restores into another server with every key, type and time to live of every database", async () => {
    const run = await workspace.run(["backup"]);
    assert.equal(run.code, 0, run.stderr);
    const file = await restored();
    runProgram("redis-check-rdb", [file]);
    const other = new RedisServer();
    try {
      copyFileSync(file, join(other.folder, "dump.rdb"));
      await other.start("dump.rdb");
      for (const [question, database] of [
        [
          "GET text\nGET binary\nLRANGE list 0 -1\nZRANGE scores 0 -1 WITHSCORES\nXRANGE stream - +\nPEXPIRETIME later",
          0,
        ],
        ["GET key:0\nGET key:1999\nHGET hash b\nSCARD set\nTTL text", 0],
        ["GET other\nDBSIZE", 7],
      ] as const) {
        assert.equal(other.ask(question, database), server.ask(question, database));
      }
      assert.ok(Number(other.ask("TTL later")) > 99_000);
    } finally {
      await other.stop();
    }
  });

  it("is drilled: a throw-away server holds as many keys, also those whose time ran out since", async () => {
    const made = await workspace.run(["backup"]);
    assert.equal(made.code, 0, made.stderr);
    const manifest = JSON.parse(readFileSync(workspace.storedFile(".manifest.json"), "utf8")) as {
      rowCounts: { keys: number };
    };
    assert.equal(manifest.rowCounts.keys, 2010);
    const run = await workspace.run(["drill", "--identity", workspace.identityFiles[0]]);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(run.result["rowCounts"], { expected: { keys: 2010 }, found: { keys: 2010 } });
  });

  it("fails a drill whose server holds fewer keys", async () => {
    workspace.program(
      "redis-check-rdb",
      `${real} redis-check-rdb "$@" | sed 's/2009 keys read/2010 keys read/;s/2010 keys read/2011 keys read/'`,
    );
    assert.equal((await workspace.run(["backup"])).code, 0);
    const run = await workspace.run(["drill", "--identity", workspace.identityFiles[0]]);
    assert.equal(run.code, 3, run.stderr);
    assert.match(run.result.message, /^keys: 20\d\d in place of 20\d\d$/);
  });

  it("lets a user in that may only replicate", async () => {
    const passwordFile = workspace.path("password");
    writeFileSync(passwordFile, "backup-password");
    const run = await workspace.run(["backup"], { source: server.source({ user: "backup", passwordFile }) });
    assert.equal(run.code, 0, run.stderr);
    assert.ok(!(run.stdout + run.stderr).includes("backup-password"));
  });

  it("refuses a wrong or missing password with 2, and an absent server with 1", async () => {
    const passwordFile = workspace.path("wrong");
    writeFileSync(passwordFile, "not the password");
    const wrong = await workspace.run(["backup"], { source: server.source({ passwordFile }) });
    assert.equal(wrong.code, 2, wrong.stderr);
    assert.match(wrong.result.message, /^source must let the agent in at 127.0.0.1 \(Redis\), got: .*(WRONGPASS|AUTH)/);
    const none = await workspace.run(["backup"], { source: server.source({ passwordFile: undefined }) });
    assert.equal(none.code, 2, none.stderr);
    assert.match(none.result.message, /NOAUTH/);
    const absent = await workspace.run(["backup"], { source: server.source({ port: 1, connectTimeoutSeconds: 0 }) });
    assert.equal(absent.code, 1);
    assert.match(absent.result.message, /^no answer from 127.0.0.1 within 0 seconds: /);
    assert.deepEqual(workspace.stored(), []);
  });

  it("keeps nothing when the snapshot is cut off or altered on its way, or when the checker is too old", async () => {
    const afterwards = (script: string): void => {
      workspace.program(
        "redis-cli",
        `${real} redis-cli "$@"; code=$?\ncase "$*" in *--rdb*) for f; do :; done; ${script};; esac\nexit $code`,
      );
    };
    afterwards('truncate -s -100 "$f"');
    const cut = await workspace.run(["backup"]);
    assert.equal(cut.code, 1, cut.stderr);
    assert.match(cut.result.message, /^redis-check-rdb ended with exit code 1/);
    afterwards(`printf X | dd of="$f" bs=1 seek=5000 conv=notrunc 2>/dev/null`);
    const altered = await workspace.run(["backup"]);
    assert.equal(altered.code, 1, altered.stderr);
    assert.match(altered.result.message, /^redis-check-rdb ended with exit code 1/);
    afterwards(`printf 0999 | dd of="$f" bs=1 seek=5 conv=notrunc 2>/dev/null`);
    const old = await workspace.run(["backup"]);
    assert.equal(old.code, 2, old.stderr);
    assert.match(old.result.message, /^redis-check-rdb must be at least as new as the server \(Redis\), got: /);
    afterwards(`printf VALKEY080 | dd of="$f" bs=1 conv=notrunc 2>/dev/null`);
    const foreign = await workspace.run(["backup"]);
    assert.equal(foreign.code, 2, foreign.stderr);
    assert.match(
      foreign.result.message,
      /^redis-check-rdb must be at least as new.*Wrong signature.*kind and version$/,
    );
    afterwards(`printf BROKEN080 | dd of="$f" bs=1 conv=notrunc 2>/dev/null`);
    assert.equal((await workspace.run(["backup"])).code, 1);
    assert.deepEqual(workspace.stored(), []);
  });
});
