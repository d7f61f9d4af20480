// Restores of one table by more and more connections, into a server that waits more than it computes, as one with a slow disk or many
// processors does: how much of the waiting is shared. `tsx bench/agent/jobs.ts`; AGENT_NODE names the node that runs the agent.
import { seconds, writeResults } from "./results.js";
import { agentName, Servers } from "./servers.js";
import { best } from "./stopwatch.js";

const rows = 400_000;
/** One row of so many waits so long while it is loaded. */
const rowsOfWait = 100;
const waitSeconds = 0.005;

/** Conditions of a table are there before its rows. */
const setup = `
  CREATE FUNCTION waits(n int) RETURNS boolean LANGUAGE plpgsql AS
    'BEGIN IF n % ${String(rowsOfWait)} = 0 THEN PERFORM pg_sleep(${String(waitSeconds)}); END IF; RETURN true; END';
  CREATE TABLE slow AS SELECT n AS id, repeat(md5(n::text), 4) AS text FROM generate_series(1, ${String(rows)}) n;
  ALTER TABLE slow ADD CHECK (waits(id))`;

async function main(): Promise<void> {
  const servers = new Servers();
  try {
    await servers.start();
    servers.server.sql("postgres", "CREATE DATABASE shop");
    servers.server.sql("shop", setup);
    servers.agent("backup");
    servers.shell('pg_dump -Fc shop > "$OUT"');
    const measured: [string, number][] = [];
    const measure = (name: string, restore: (target: string) => number): void => {
      const target = servers.target();
      measured.push([name, best(1, () => restore(target)).seconds]);
      servers.dropTargets();
    };
    for (const jobs of [1, 8])
      measure(`pg_restore --jobs ${String(jobs)} of a local file`, (target) =>
        servers.shell(`pg_restore -j ${String(jobs)} -e -d ${target} "$OUT"`),
      );
    for (const jobs of [1, 2, 4, 8, 16])
      measure(`${agentName}, --jobs ${String(jobs)}`, (target) => {
        const into = ["--identity", servers.workspace.identityFiles[0], "--database", target];
        return servers.agent("restore", ...into, `--jobs=${String(jobs)}`);
      });
    const [[, base] = ["", NaN]] = measured;
    writeResults(
      `Restore of one table into a server that waits ${String((rows / rowsOfWait) * waitSeconds)} seconds in all`,
      ["what", "seconds", "of pg_restore of a local file"],
      measured.map(([name, taken]) => [name, seconds(taken), (taken / base).toFixed(2)]),
    );
  } finally {
    await servers.stop();
  }
}

void main();
