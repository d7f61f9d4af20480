// A drill is killed while its throw-away server runs: the next run ends that server and takes away what it left, and touches
// nothing that may be somebody's. Does not prove: systems without /proc, where such a server stays.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  chownSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clearAbandoned, noteServer, scratchPrefix } from "../../../agent/abandoned-scratch.js";
import { isAlive, startOf } from "../../../agent/machine.js";
import { needPrograms, programPath, runProgram } from "../../support/programs.js";
import { PostgresServer } from "../support/postgres-server.js";
import { RedisServer } from "../support/redis-server.js";
import { ended, Workspace } from "../support/workspace.js";

describe("agent: a drill that is killed", () => {
  let workspace: Workspace;

  before(function () {
    needPrograms(this, "age-keygen", "minisign", "mkfifo");
  });

  const scratch = (): string => workspace.path("s");
  const args = (): string[] => ["drill", "--identity", workspace.identityFiles[0], "--scratch", scratch()];

  /** Kills a drill while a program of it, put in place of the real one, waits; the next drill leaves nothing of it. */
  async function killWhile(program: string, when: string, asks = false): Promise<void> {
    mkdirSync(scratch());
    const reached = workspace.path("reached");
    const hold = workspace.path("hold");
    runProgram("mkfifo", ["-m", "666", reached, hold]);
    const real = `PATH="\${PATH#*:}" exec ${program} "$@"`;
    // A server that is still beginning may die of the pipe that its drill leaves: whoever asks it waits for an answer.
    const answered = asks ? `until (${real}) > /dev/null 2>&1; do sleep 0.1; done` : ":";
    workspace.program(
      program,
      `case "$*" in *${when}*) ${answered}; echo > ${reached}; exec cat ${hold};; esac\n${real}`,
    );
    const child = workspace.start(args());
    const run = ended(child);
    readFileSync(reached);
    child.kill("SIGKILL");
    // Through setpriv, where there is one, it is the same process.
    assert.equal((await run).code, null);
    workspace.program(program, real);
    // Lets what waited in place of the program go.
    closeSync(openSync(hold, constants.O_RDWR));
    const [folder = "", ...others] = readdirSync(scratch());
    assert.deepEqual(others, []);
    const { pid } = JSON.parse(readFileSync(join(scratch(), folder, ".server"), "utf8")) as { pid: number };
    assert.ok(isAlive(pid), "the server must outlive its drill for this test");
    const next = await workspace.run(args());
    assert.equal(next.code, 0, next.stderr);
    assert.match(next.stderr, new RegExp(`ended the server ${String(pid)}, which a killed run left`));
    assert.match(next.stderr, new RegExp(`removed ${join(scratch(), folder)}, which a killed run left`));
    assert.equal(startOf(pid), undefined);
    assert.deepEqual(readdirSync(scratch()), []);
  }

  it("ends its server and removes its place on SIGTERM", async function () {
    needPrograms(this, "redis-server", "redis-cli", "redis-check-rdb");
    const server = new RedisServer();
    try {
      await server.start();
      workspace = new Workspace({ source: server.source() });
      assert.equal((await workspace.run(["backup"])).code, 0);
      mkdirSync(scratch());
      const reached = workspace.path("reached");
      runProgram("mkfifo", [reached]);
      workspace.program(
        "redis-cli",
        `case "$*" in *keyspace*) echo > ${reached}; exec sleep 1000;; esac\nPATH="\${PATH#*:}" exec redis-cli "$@"`,
      );
      const child = workspace.start(args());
      const run = ended(child);
      readFileSync(reached);
      const [folder = ""] = readdirSync(scratch());
      const { pid } = JSON.parse(readFileSync(join(scratch(), folder, ".server"), "utf8")) as { pid: number };
      child.kill("SIGTERM");
      const { code, result, stderr } = await run;
      assert.equal(code, 1, stderr);
      assert.equal(result.message, "ended by SIGTERM");
      assert.equal(startOf(pid), undefined);
      assert.deepEqual(readdirSync(scratch()), []);
      assert.ok(
        workspace.stored().every((file) => !file.includes("/drills/")),
        "it left a record",
      );
    } finally {
      await server.stop();
      workspace.remove();
    }
  });

  it("leaves no Redis", async function () {
    needPrograms(this, "redis-server", "redis-cli", "redis-check-rdb");
    const server = new RedisServer();
    try {
      await server.start();
      workspace = new Workspace({ source: server.source() });
      assert.equal((await workspace.run(["backup"])).code, 0);
      await killWhile("redis-cli", "keyspace", true);
    } finally {
      await server.stop();
      workspace.remove();
    }
  });

  it("leaves no PostgreSQL", async function () {
    needPrograms(this, "initdb", "postgres", "psql", "pg_dump", "pg_restore", "setpriv");
    const server = new PostgresServer();
    try {
      await server.start();
      server.sql("postgres", "CREATE DATABASE shop");
      workspace = new Workspace({ source: server.source() });
      workspace.asUser = "postgres";
      for (const name of ["initdb", "postgres"]) workspace.program(name, `exec ${programPath(name) ?? name} "$@"`);
      assert.equal((await workspace.run(["backup"])).code, 0);
      await killWhile("pg_restore", "--exit-on-error");
    } finally {
      await server.stop();
      workspace.remove();
    }
  });
});

describe("agent: scratch folders of killed runs", () => {
  let parent: string;
  let sleeper: ChildProcess;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "agent-scratch-"));
    sleeper = spawn("sleep", ["1000"], { stdio: "ignore" });
  });
  afterEach(() => {
    sleeper.kill("SIGKILL");
    rmSync(parent, { recursive: true, force: true });
  });

  /** A number that no process has. */
  async function deadPid(): Promise<number> {
    const child = spawn("true", { stdio: "ignore" });
    await new Promise((done) => child.once("exit", done));
    return child.pid ?? 0;
  }

  function make(name: string): string {
    const folder = join(parent, name);
    mkdirSync(folder);
    writeFileSync(join(folder, "data"), "x");
    return folder;
  }

  const mine = async (): Promise<string> => scratchPrefix().replace(String(process.pid), String(await deadPid()));

  it("are removed with a server that is theirs for sure", async () => {
    const folder = make(`${await mine()}abcdef`);
    noteServer(folder, sleeper.pid ?? 0, "SIGTERM");
    const gone = new Promise((done) =>
      sleeper.once("exit", (_code, signal) => {
        done(signal);
      }),
    );
    await clearAbandoned(parent);
    assert.equal(await gone, "SIGTERM");
    assert.deepEqual(readdirSync(parent), []);
  });

  it("are removed without a process that only has the number of one", async () => {
    const folder = make(`${await mine()}abcdef`);
    noteServer(folder, sleeper.pid ?? 0, "SIGTERM");
    const noted = JSON.parse(readFileSync(join(folder, ".server"), "utf8")) as object;
    writeFileSync(join(folder, ".server"), JSON.stringify({ ...noted, started: "1" }));
    await clearAbandoned(parent);
    assert.notEqual(startOf(sleeper.pid ?? 0), undefined);
    assert.deepEqual(readdirSync(parent), []);
  });

  it("stay when their run is alive, young ones of other machines, those of other users, and what else lies there", async () => {
    const away = scratchPrefix().replace(/-[0-9a-f]{12}-/, "-000000000000-");
    const kept = [make(`${scratchPrefix()}abcdef`), make(`${away}abcdef`), make("backup-tiers-notes")];
    const old = make(`${away}ghijkl`);
    const dayAgo = Date.now() / 1000 - 25 * 3600;
    utimesSync(old, dayAgo, dayAgo);
    if (process.getuid?.() === 0) {
      const other = make(`${await mine()}zyxwvu`);
      chownSync(other, 65_534, 65_534);
      kept.push(other);
    }
    await clearAbandoned(parent);
    for (const folder of kept) assert.ok(existsSync(folder), folder);
    assert.ok(!existsSync(old));
  });
});
