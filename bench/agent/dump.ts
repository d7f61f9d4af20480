// How long the agent takes for a database, beside `pg_dump -Fc` alone: `npx tsx bench/agent/dump.ts [rows] [node...]`.
// Each further argument is another node to run the agent with. Times are the best of three, one after the other.
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { programPath } from "../../test/agent/support/programs.js";
import { PostgresServer } from "../../test/agent/support/postgres-server.js";
import { agentBundle, Workspace } from "../../test/agent/support/workspace.js";

const rounds = 3;
const [rows = "1500000", ...nodes] = process.argv.slice(2);

async function main(): Promise<void> {
  const server = new PostgresServer();
  await server.start();
  const workspace = new Workspace({ source: server.source() });
  try {
    server.sql("postgres", "CREATE DATABASE shop");
    server.sql(
      "shop",
      `CREATE TABLE orders AS SELECT n AS id, md5(n::text) AS reference, now() + n * interval '1 second' AS placed_at,
       'customer ' || n % 5000 AS customer, repeat('line ' || n % 97 || ' ', 12) AS note, random() AS price FROM generate_series(1, ${rows}) n; CHECKPOINT`,
    );
    console.log(`database: ${server.sql("shop", "SELECT pg_size_pretty(pg_database_size('shop'))")}`);
    const alone = best(() => dumpAlone(server));
    console.log(`pg_dump -Fc alone: ${alone.seconds.toFixed(2)} s, ${alone.bytes} bytes`);
    for (const node of [process.execPath, ...nodes]) {
      const agent = best(() => agentRun(workspace, node));
      const ratio = (agent.seconds / alone.seconds).toFixed(2);
      const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
      console.log(
        `agent on node ${version}: ${agent.seconds.toFixed(2)} s (${ratio} of pg_dump -Fc), ${agent.bytes} bytes`,
      );
    }
  } finally {
    workspace.remove();
    await server.stop();
  }
}

interface Measured {
  readonly seconds: number;
  readonly bytes: number;
}

function best(action: () => number): Measured {
  const runs = Array.from({ length: rounds }, () => {
    const began = process.hrtime.bigint();
    const bytes = action();
    return { seconds: Number(process.hrtime.bigint() - began) / 1e9, bytes };
  });
  return runs.reduce((one, other) => (one.seconds <= other.seconds ? one : other));
}

function dumpAlone(server: PostgresServer): number {
  const env = { ...process.env, PGPASSWORD: server.password };
  const args = ["-Fc", "-h", "127.0.0.1", "-p", String(server.port), "-U", "postgres", "shop"];
  const counted = spawnSync("sh", ["-c", `"$0" "$@" | wc -c`, programPath("pg_dump") ?? "pg_dump", ...args], { env });
  return Number(counted.stdout.toString());
}

function agentRun(workspace: Workspace, node: string): number {
  const file = workspace.path("bench.json");
  writeFileSync(file, JSON.stringify(workspace.config));
  const run = spawnSync(node, [agentBundle("folder"), "backup", "--config", file], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return (JSON.parse(run.stdout) as { bytes: number }).bytes;
}

void main();
