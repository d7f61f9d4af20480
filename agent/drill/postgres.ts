import { Child, run } from "../child.js";
import { say } from "../console.js";
import { dumpedDatabases, globalsPart, named, type DumpedDatabase } from "../postgres-parts.js";
import { feedArchive } from "../restore/feed-archive.js";
import { countRows } from "../sources/postgres-counts.js";
import { query, type ConnectionVariables } from "../sources/postgres-connection.js";
import { checkProblems, refuseRoot, runChecks } from "./postgres-checks.js";
import { countProblems, type Rehearsal, type RehearsalPlan } from "./rehearsal.js";
import { withServer } from "./throw-away-server.js";
import { partStages, wrongArtefact } from "./unpack.js";

/** Superuser of the throw-away server, and how its databases begin: a name that no dump of globals creates. */
const ownName = "backup_tiers_drill";

/** A database of the backup, and where it was restored. */
interface RestoredDatabase extends DumpedDatabase {
  readonly variables: ConnectionVariables;
}

/** Restores into a server that only this drill reaches, with roles and grants, and asks it. */
export async function rehearsePostgres(plan: RehearsalPlan): Promise<Rehearsal> {
  refuseRoot();
  const { scratch, manifest, config } = plan;
  const folder = scratch.folder;
  scratch.socketPath(".s.PGSQL.5432");
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
  return withServer({ program: "postgres", args, stopSignal: "SIGQUIT", scratch }, answers, async () => {
    await restoreGlobals(plan, base);
    const restored: RestoredDatabase[] = [];
    for (const [index, dumped] of dumpedDatabases(manifest).entries()) {
      const database = `${ownName}_${index}`;
      await query(base, `CREATE DATABASE ${database} TEMPLATE template0`);
      const own = { ...variables, PGDATABASE: database };
      await restoreDatabase(plan, dumped, own);
      restored.push({ ...dumped, variables: own });
    }
    const rowCounts = await countAll(restored);
    const checks = await runChecks(
      config.drill?.checks ?? [],
      (database) => restored.find((each) => database === undefined || each.name === database)?.variables,
    );
    const problems = [...countProblems(manifest.rowCounts, rowCounts), ...checkProblems(checks)];
    return { rowCounts, checks, problems };
  });
}

/** Roles, so that owners and grants can be restored. Tablespaces fail, as they name folders of the real server. */
async function restoreGlobals(plan: RehearsalPlan, base: ConnectionVariables): Promise<void> {
  const child = new Child("psql", ["--no-psqlrc", "--no-password", "--quiet", "--output=/dev/null"], base);
  await feedArchive(child, await partStages(plan, globalsPart));
  if (child.complaints !== "") say(`globals: ${child.complaints}`);
}

async function restoreDatabase(plan: RehearsalPlan, { part }: DumpedDatabase, own: ConnectionVariables): Promise<void> {
  const args = ["--no-password", "--exit-on-error", "--no-tablespaces", `--dbname=${own["PGDATABASE"] ?? ""}`];
  const stages = await partStages(plan, part.name);
  await feedArchive(new Child("pg_restore", args, own), stages).catch(wrongArtefact);
}

async function countAll(restored: readonly RestoredDatabase[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { countPrefix, rowCounts, variables } of restored) {
    const counts = await countRows(Object.keys(rowCounts), (sql) => query(variables, sql)).catch(wrongArtefact);
    Object.assign(found, named(countPrefix, counts));
  }
  return found;
}
