// A real primary and its streaming replica: dumps from the replica, and refuses one that is behind or cut off. Does not
// prove: replicas that are fed by an archive, cascades, lag under a heavy load.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { needPrograms } from "../support/programs.js";
import { PostgresServer } from "./support/postgres-server.js";
import { Workspace } from "./support/workspace.js";

describe("agent: a replica of PostgreSQL", () => {
  const primary = new PostgresServer();
  const replica = new PostgresServer();
  let workspace: Workspace;

  /** Asks the replica until it says yes. */
  const until = async (condition: string): Promise<void> => {
    while (replica.sql("shop", `SELECT ${condition}`) !== "t") await delay(50);
  };
  const backup = (mostLagSeconds?: number) =>
    workspace.run(["backup"], { source: replica.source({ countTables: ["public.orders"], mostLagSeconds }) });

  before(async function () {
    needPrograms(this, "initdb", "postgres", "psql", "pg_dump", "pg_basebackup");
    await primary.start();
    primary.sql("postgres", "CREATE DATABASE shop");
    primary.sql("shop", "CREATE TABLE orders AS SELECT n FROM generate_series(1, 1000) n");
    await replica.follow(primary);
  });
  after(async () => {
    await replica.stop();
    await primary.stop();
  });
  beforeEach(() => {
    workspace = new Workspace({ source: primary.source() });
  });
  afterEach(() => {
    workspace.remove();
  });

  it("is dumped while it is connected, however long ago the last transaction was", async () => {
    assert.equal((await backup(1)).code, 0, "a replica that has applied nothing yet lacks nothing");
    primary.sql("shop", "INSERT INTO orders VALUES (0)");
    await until("clock_timestamp() - pg_last_xact_replay_timestamp() > interval '2 seconds'");
    const run = await backup(1);
    assert.equal(run.code, 0, run.stderr);
  });

  it("is refused while replay is paused, and taken again when it has caught up", async () => {
    primary.sql("shop", "INSERT INTO orders VALUES (1001)");
    await until("count(*) = 1002 FROM orders");
    replica.sql("shop", "SELECT pg_wal_replay_pause()");
    primary.sql("shop", "INSERT INTO orders VALUES (1002)");
    await until("pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()");
    await until("clock_timestamp() - pg_last_xact_replay_timestamp() > interval '2 seconds'");
    const behind = await backup(1);
    assert.equal(behind.code, 1, behind.stderr);
    assert.match(
      behind.result.message,
      /^the replica must be at most 1 seconds behind its primary \(source.mostLagSeconds\), got \d+ seconds; see whether/,
    );
    assert.deepEqual(workspace.stored(), []);
    replica.sql("shop", "SELECT pg_wal_replay_resume()");
    await until("count(*) = 1003 FROM orders");
    assert.equal((await backup(1)).code, 0);
  });

  it("is refused when it has lost its primary, unless that was a moment ago", async () => {
    await primary.stop();
    await until("NOT EXISTS (SELECT FROM pg_stat_wal_receiver)");
    await until("clock_timestamp() - pg_last_xact_replay_timestamp() > interval '2 seconds'");
    assert.equal((await backup(1)).code, 1);
    assert.equal((await backup(3600)).code, 0);
  });
});
