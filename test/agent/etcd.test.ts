// Snapshots of a real etcd with client certificates, restored and read; files that are no snapshot or a broken one.
// Does not prove: talosctl, whose snapshot file is of the same form, nor a control plane on restored data.
import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { EtcdServer } from "./support/etcd-server.js";
import { needPrograms, programPath, runProgram } from "../support/programs.js";
import { flippedBit } from "./support/flipped-bit.js";
import { type AgentRun, Workspace } from "./support/workspace.js";

const keys = 300;

describe("agent: etcd", () => {
  const server = new EtcdServer();
  let workspace: Workspace;
  let snapshot: string;

  before(async function () {
    needPrograms(this, "etcd", "etcdctl", "etcdutl", "openssl", "age-keygen", "minisign");
    await server.start();
    for (let key = 0; key < keys; key++) server.ask("put", `/registry/secrets/${String(key)}`, `value ${String(key)}`);
    server.ask("put", "/registry/secrets/0", "value 0, written again");
    server.ask("del", "/registry/secrets/1");
    snapshot = server.path("snapshot.db");
    server.ask("snapshot", "save", snapshot);
  });
  after(() => server.stop());
  beforeEach(() => {
    workspace = new Workspace({ source: server.source() });
  });
  afterEach(() => {
    workspace.remove();
  });

  const drill = (changes: object = {}): Promise<AgentRun> =>
    workspace.run(["drill", "--identity", workspace.identityFiles[0]], changes);

  it("is taken with client certificates, counted, drilled, and restored into an etcd that has every key", async () => {
    const run = await workspace.run(["backup"]);
    assert.equal(run.code, 0, run.stderr);
    const drilled = await drill();
    assert.equal(drilled.code, 0, drilled.stderr);
    const count = { keys: keys - 1 };
    assert.deepEqual(drilled.result["rowCounts"], { expected: count, found: count });
    const output = workspace.path("snapshot.db");
    const restored = await workspace.run(["restore", "--identity", workspace.identityFiles[1], "--output", output]);
    assert.equal(restored.code, 0, restored.stderr);
    runProgram("etcdutl", ["snapshot", "restore", output, "--data-dir", workspace.path("data")]);
    const other = new EtcdServer();
    try {
      await other.start(workspace.path("data"));
      for (const question of [
        ["get", "", "--prefix"],
        ["get", "/registry/secrets/0"],
      ]) {
        assert.equal(other.ask(...question), server.ask(...question));
      }
    } finally {
      await other.stop();
    }
  });

  it("takes a file, whose time is the data's", async () => {
    const time = new Date(Date.now() - 600_000);
    utimesSync(snapshot, time, time);
    const run = await workspace.run(["backup"], { source: { kind: "etcd", file: snapshot } });
    assert.equal(run.code, 0, run.stderr);
    const manifest = JSON.parse(readFileSync(workspace.storedFile(".manifest.json"), "utf8")) as Record<
      string,
      unknown
    >;
    assert.equal(Date.parse(String(manifest["startedAt"])), Math.floor(time.getTime()));
    assert.deepEqual(manifest["rowCounts"], { keys: keys - 1 });
  });

  it("takes a file where etcd has no programs, by its hash alone, and says so; the drill needs them", async () => {
    const source = { kind: "etcd", file: snapshot } as const;
    const path = process.env["PATH"] ?? "";
    const without = path.split(":").filter((folder) => folder !== dirname(programPath("etcdutl") ?? ""));
    process.env["PATH"] = without.join(":");
    try {
      const run = await workspace.run(["backup"], { source });
      assert.equal(run.code, 0, run.stderr);
      assert.deepEqual(run.result["omitted"], ["key count: no programs of etcd"]);
      assert.match(run.stderr, /etcd must be on PATH, got none; .*; the keys are not counted/);
      const drilled = await drill({ source });
      assert.equal(drilled.code, 2, drilled.stderr);
      assert.match(drilled.result.message, /^etcdutl must be on PATH/);
    } finally {
      process.env["PATH"] = path;
    }
    const drilled = await drill({ source });
    assert.equal(drilled.code, 0, drilled.stderr);
    assert.deepEqual(drilled.result["rowCounts"], { expected: {}, found: { keys: keys - 1 } });
  });

  it("refuses a wrong file, a snapshot that was cut off, and one whose hash is wrong, and stores nothing", async () => {
    const file = workspace.path("bad.db");
    const source = { kind: "etcd", file } as const;
    const failures: readonly (readonly [string, () => void, RegExp])[] = [
      ["missing", () => undefined, /^source.file must be a readable file \(the agent\), got ENOENT/],
      [
        "empty",
        () => {
          writeFileSync(file, "");
        },
        /got 0 bytes: it is another file, or was cut off$/,
      ],
      [
        "another file",
        () => {
          writeFileSync(file, "x".repeat(544));
        },
        /the snapshot must have the hash at its end/,
      ],
      [
        "cut off",
        () => {
          copyFileSync(snapshot, file);
          truncateSync(file, 5000);
        },
        /got 5000 bytes: it is another/,
      ],
      [
        "longer",
        () => {
          copyFileSync(snapshot, file);
          appendFileSync(file, "\n");
        },
        /it is another file, or was cut off$/,
      ],
      [
        "altered",
        () => {
          copyFileSync(snapshot, file);
          flip(file, 9000);
        },
        /[0-9a-f]{64} in place of [0-9a-f]{64}: it was altered$/,
      ],
      [
        "with another hash",
        () => {
          copyFileSync(snapshot, file);
          flip(file, -1);
        },
        /: it was altered$/,
      ],
    ];
    for (const [name, make, message] of failures) {
      make();
      const run = await workspace.run(["backup"], { source });
      assert.equal(run.code, 1, `${name}: ${run.stderr}`);
      assert.match(run.result.message, message, name);
    }
    assert.deepEqual(workspace.stored(), []);
  });

  it("fails where it is not let in, and a drill that counts other keys", async () => {
    const run = await workspace.run(["backup"], { source: server.source({ certFile: undefined, keyFile: undefined }) });
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.result.message, /^etcdctl ended with exit code 1: /);
    workspace.program("etcdctl", `PATH="\${PATH#*:}" etcdctl "$@" | sed 's/"Count" : .*/"Count" : 42/'`);
    assert.equal((await workspace.run(["backup"])).code, 0);
    workspace.program("etcdctl", 'PATH="${PATH#*:}" exec etcdctl "$@"');
    const wrong = await drill();
    assert.equal(wrong.code, 3);
    assert.equal(wrong.result.message, `keys: ${String(keys - 1)} in place of 42`);
  });
});

function flip(file: string, at: number): void {
  writeFileSync(file, flippedBit(readFileSync(file), at));
}
