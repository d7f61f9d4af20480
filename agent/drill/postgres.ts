import type { DrillCheck } from "../../components/model/agent-config.js";
import { Child, run } from "../child.js";
import { say } from "../console.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { feedArchive } from "../restore/postgres.js";
import { countRows } from "../sources/postgres.js";
import { query, type ConnectionVariables } from "../sources/postgres-connection.js";
import { countProblems, type CheckResult, type Rehearsal, type RehearsalPlan } from "./rehearsal.js";
import { withServer } from "./throw-away-server.js";
import { partStages, wrongArtefact } from "./unpack.js";

/** Superuser and database of the throw-away server: a name that no dump of globals creates. */
const ownName = "backup_tiers_drill";
/** Longest path of a Unix socket (`sun_path` of Linux, without its end mark). */
const longestSocketPath = 107;
/** Restores into a server that only this drill reaches, with roles and grants, and asks it. */
export async function rehearsePostgres(plan: RehearsalPlan): Promise<Rehearsal> {
  refuseRoot();
  const { scratch, manifest, config } = plan;
  const folder = scratch.folder;
  const socket = `${folder}/.s.PGSQL.5432`;
  if (Buffer.byteLength(socket) > longestSocketPath) {
    const rule = `--scratch must leave room for a socket of ${String(longestSocketPath)} bytes (Linux)`;
    throw new AgentFailure(2, `${rule}, got ${socket}; name a folder with a shorter path`);
  }
  const data = scratch.path("data");
  // The default locale of the image may be missing, C never is.
  const settings = [`--pgdata=${data}`, `--username=${ownName}`, "--auth=trust", "--encoding=UTF8", "--locale=C"];
  await run("initdb", settings, {});
  // Nothing but the socket; everything else as a server in earnest has it, so that the measured time is honest.
  const args = ["-D", data, "-k", folder, "-p", "5432", "-c", "listen_addresses="];
  const variables = { PGHOST: folder, PGPORT: "5432", PGUSER: ownName };
  const base = { ...variables, PGDATABASE: "template1" };
  const answers = async (): Promise<boolean> => (await query(base, "SELECT 1")) === "1";
  // SIGQUIT: at once, without a last checkpoint of data that nobody needs.
  return withServer({ program: "postgres", args, stopSignal: "SIGQUIT" }, answers, async () => {
    await query(base, `CREATE DATABASE ${ownName} TEMPLATE template0`);
    const own = { ...variables, PGDATABASE: ownName };
    await restoreGlobals(plan, own);
    await restoreDatabase(plan, own);
    const rowCounts = await countRows(Object.keys(manifest.rowCounts), (sql) => query(own, sql));
    const checks = await runChecks(config.drill?.checks ?? [], own);
    const failed = checks.filter(({ passed }) => !passed);
    const problems = [
      ...countProblems(manifest.rowCounts, rowCounts),
      ...failed.map(({ name, found }) => `check ${name}: ${found}`),
    ];
    return { rowCounts, checks, problems };
  });
}

function refuseRoot(): void {
  if (process.getuid?.() !== 0) return;
  const advice = "run the drill as another user: runAsUser in a pod, User= of a unit, setpriv --reuid";
  throw new AgentFailure(2, `drill must not run as root (PostgreSQL refuses to serve as root), got uid 0; ${advice}`);
}

/** Roles, so that owners and grants can be restored. Tablespaces fail, as they name folders of the real server. */
async function restoreGlobals(plan: RehearsalPlan, own: ConnectionVariables): Promise<void> {
  const child = new Child("psql", ["--no-psqlrc", "--no-password", "--quiet", "--output=/dev/null"], own);
  await feedArchive(child, await partStages(plan, "globals"));
  if (child.complaints !== "") say(`globals: ${child.complaints}`);
}

async function restoreDatabase(plan: RehearsalPlan, own: ConnectionVariables): Promise<void> {
  const args = ["--no-password", "--exit-on-error", "--no-tablespaces", `--dbname=${ownName}`];
  const stages = await partStages(plan, "database");
  await feedArchive(new Child("pg_restore", args, own), stages).catch(wrongArtefact);
}

async function runChecks(checks: readonly DrillCheck[], own: ConnectionVariables): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, sql, expect = "t" } of checks) {
    try {
      const found = await query(own, sql);
      const shown = found === expect ? found : `${JSON.stringify(found)} in place of ${JSON.stringify(expect)}`;
      results.push({ name, passed: found === expect, found: shown });
    } catch (error) {
      results.push({ name, passed: false, found: reasonOf(error) });
    }
  }
  return results;
}
