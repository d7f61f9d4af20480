// Backups and drills of a real Valkey server, by Valkey's programs, under their own names and under those of Redis.
// Does not prove: Valkey's official images, Valkey over TLS, modules, clusters (each primary is a source).
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { redisProgram } from "../../agent/sources/redis-program.js";
import { needPrograms, programPath, runProgram } from "../support/programs.js";
import { RedisServer } from "./support/redis-server.js";
import { Workspace } from "./support/workspace.js";

const tools = ["server", "cli", "check-rdb"] as const;

describe("agent: Valkey", () => {
  const server = new RedisServer({ family: "valkey" });
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, ...tools.map((tool) => `valkey-${tool}`), "age-keygen", "minisign");
    await server.start();
    server.ask("SET text Grüße\nSET over 1 PX 100000\nZADD scores 1.5 one 2 two");
    server.ask("SET other 3", 7);
  });
  after(() => server.stop());
  beforeEach(() => {
    workspace = new Workspace({ source: server.source() });
  });
  afterEach(() => {
    workspace.remove();
  });

  /** What Valkey's images have: links with the names of Redis. */
  function linkAsRedis(): void {
    for (const tool of tools) {
      symlinkSync(programPath(`valkey-${tool}`) ?? "", join(workspace.programs, `redis-${tool}`));
    }
  }

  it("restores into another server with every key of every database, and is drilled", async () => {
    linkAsRedis();
    const made = await workspace.run(["backup"]);
    assert.equal(made.code, 0, made.stderr);
    const { source, rowCounts } = JSON.parse(readFileSync(workspace.storedFile(".manifest.json"), "utf8")) as {
      source: { clientVersion: string; serverVersion: string };
      rowCounts: object;
    };
    assert.deepEqual(rowCounts, { keys: 4 });
    const version = /v=(\S+)/.exec(runProgram("valkey-server", ["--version"]).toString())?.[1];
    assert.equal(source.serverVersion, version);
    assert.match(source.clientVersion, /^(valkey|redis)-cli /);
    const drilled = await workspace.run(["drill", "--identity", workspace.identityFiles[0]]);
    assert.equal(drilled.code, 0, drilled.stderr);
    assert.deepEqual(drilled.result["rowCounts"], { expected: { keys: 4 }, found: { keys: 4 } });
    const output = workspace.path("dump.rdb");
    const run = await workspace.run(["restore", "--identity", workspace.identityFiles[0], "--output", output]);
    assert.equal(run.code, 0, run.stderr);
    const other = new RedisServer({ family: "valkey" });
    try {
      copyFileSync(output, join(other.folder, "dump.rdb"));
      await other.start("dump.rdb");
      for (const [question, database] of [
        ["GET text\nZRANGE scores 0 -1 WITHSCORES\nPEXPIRETIME over", 0],
        ["GET other\nDBSIZE", 7],
      ] as const) {
        assert.equal(other.ask(question, database), server.ask(question, database));
      }
    } finally {
      await other.stop();
    }
  });

  it("refuses with 2 what the programs of Redis cannot read", async function () {
    needPrograms(this, "redis-check-rdb", "redis-cli");
    const other = await workspace.run(["backup"]);
    assert.equal(other.code, 2, other.stderr);
    const rule =
      /^redis-check-rdb must be at least as new as the server \(Redis\), got: .*; use an image of the server's/;
    assert.match(other.result.message, rule);
    assert.deepEqual(workspace.stored(), []);
  });

  it("says what to do where the server holds what the client cannot take", async () => {
    linkAsRedis();
    // A field with a time to live is new in Valkey 9; the client of this test is one of Valkey 8.
    server.ask("HSET h field value\nHEXPIRE h 100000 FIELDS 1 field");
    try {
      const run = await workspace.run(["backup"]);
      assert.equal(run.code, 1, run.stderr);
      assert.match(
        run.result.message,
        /the server's log tells why .*; data that is new in Valkey 9 needs a client as new$/,
      );
      assert.deepEqual(workspace.stored(), []);
    } finally {
      server.ask("DEL h");
    }
  });

  it("takes the programs by Valkey's names where there are no others", () => {
    const before = process.env["PATH"];
    const folder = workspace.path("only");
    mkdirSync(folder);
    try {
      process.env["PATH"] = folder;
      assert.equal(redisProgram("cli"), "redis-cli");
      symlinkSync("/bin/true", join(folder, "valkey-cli"));
      assert.equal(redisProgram("cli"), "valkey-cli");
      symlinkSync("/bin/true", join(folder, "redis-cli"));
      assert.equal(redisProgram("cli"), "redis-cli");
    } finally {
      process.env["PATH"] = before;
    }
  });
});
