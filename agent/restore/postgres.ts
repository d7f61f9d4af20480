import type { PostgresSource } from "../../components/model/agent-config.js";
import { Child } from "../child.js";
import type { Options } from "../commands/command.js";
import { AgentFailure } from "../failure.js";
import type { Manifest } from "../manifest.js";
import { plainStages, type PlainStages } from "../part-reader.js";
import { dumpedDatabases, named, type DumpedDatabase } from "../postgres-parts.js";
import type { Outcome } from "../result.js";
import { countRows } from "../sources/postgres-counts.js";
import {
  connectionVariables,
  databaseArgument,
  query,
  serverVersionNumber,
  type ConnectionVariables,
} from "../sources/postgres-connection.js";
import type { StoredBackup } from "../stored-backup.js";
import { archiveOwners } from "./archive-owners.js";
import { feedArchive } from "./feed-archive.js";
import { ParallelRestore } from "./parallel-restore.js";
import { Scratch } from "../scratch.js";
import type { ReadCopy } from "../verified-copy.js";
import { identityFailure } from "./identity-failure.js";

/** Relations that belong to users: neither the server's own nor an extension's. */
const userRelations = `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/** A dump and the database that it goes into. */
interface Target extends DumpedDatabase {
  readonly database: string;
  readonly variables: ConnectionVariables;
}

/** Reads a part from one copy after the other until the action succeeds. */
type FromCopies = <Result>(part: string, action: (stages: PlainStages) => Promise<Result>) => Promise<Result>;

/**
 * Restores each database in one transaction: all of it, or nothing, so that a run that was killed can be repeated. With `--jobs` several
 * connections share the work, and it is not one transaction.
 * Owners and grants are restored, because a program that may not read its tables is still down; roles that are missing
 * and databases that are not empty are told before anything is changed.
 */
export async function restorePostgres(
  source: PostgresSource,
  manifest: Manifest,
  read: ReadCopy,
  identities: readonly string[],
  options: Options,
): Promise<Outcome> {
  const fromCopies: FromCopies = (part, action) => read(async (copy) => action(await stagesOf(copy, part, identities)));
  const targets: Target[] = [];
  for (const { dumped, database } of chooseTargets(source, manifest, options)) {
    const variables = await connectionVariables(source, database);
    await serverVersionNumber(source, variables);
    targets.push({ ...dumped, database, variables });
  }
  const existing = options["into-existing"] !== undefined;
  const noOwner = options["no-owner"] === true;
  if (!existing) await refuseFullDatabases(targets);
  if (!noOwner) for (const target of targets) await refuseMissingRoles(target, fromCopies);
  const jobs = Number(options["jobs"] ?? 1);
  for (const target of targets) {
    const { database, part, variables } = target;
    const args = ["--no-password", "--exit-on-error", databaseArgument("--dbname", database)];
    if (noOwner) args.push("--no-owner", "--no-privileges");
    if (jobs > 1) {
      await restoreByJobs(target, args, jobs, fromCopies);
      continue;
    }
    args.push("--single-transaction");
    if (existing) args.push("--clean", "--if-exists");
    await fromCopies(part.name, (stages) => feedArchive(new Child("pg_restore", args, variables), stages));
  }
  return compareCounts(targets);
}

async function restoreByJobs(
  { part, database, variables }: Target,
  args: readonly string[],
  jobs: number,
  fromCopies: FromCopies,
): Promise<void> {
  const scratch = await Scratch.make();
  const restore = new ParallelRestore({ jobs, args, variables, scratch });
  try {
    await fromCopies(part.name, (stages) => restore.load(stages));
    await restore.finish();
  } catch (error) {
    if (!restore.tablesMade || !(error instanceof AgentFailure)) throw error;
    const advice = `drop and create it, or give --into-existing ${database} in place of --jobs`;
    const state = `the database ${database} holds a part of the backup now; ${advice}`;
    throw new AgentFailure(error.exitCode, `${error.message}; ${state}`);
  } finally {
    scratch.remove();
  }
}

/** The part of this name in one of the copies. */
function stagesOf(
  { manifest, store }: StoredBackup,
  name: string,
  identities: readonly string[],
): Promise<PlainStages> {
  const part = manifest?.parts.find((each) => each.name === name);
  if (manifest === undefined || part === undefined) throw new Error("a copy without the part was chosen");
  return plainStages(store, manifest, part, identities);
}

/** Which dump goes where, as the options say; every problem of theirs at once. */
function chooseTargets(
  source: PostgresSource,
  manifest: Manifest,
  { part, database, "into-existing": existing }: Options,
): { readonly dumped: DumpedDatabase; readonly database: string }[] {
  const all = dumpedDatabases(manifest);
  if (all.length === 0) throw new AgentFailure(3, `${manifest.id} has no database in it`);
  const chosen = part === undefined ? all : all.filter((dumped) => dumped.part.name === part);
  const names = all.map((dumped) => dumped.part.name).join(", ");
  if (chosen.length === 0) {
    const got = JSON.stringify(part);
    throw new AgentFailure(2, `--part must be one of ${names} (the agent), got ${got}; any other needs --output`);
  }
  if (chosen.length > 1 && (database !== undefined || existing !== undefined)) {
    const rule = "--part must be given with --database and --into-existing where a backup holds several databases";
    throw new AgentFailure(2, `${rule} (the agent), got nothing; write one of ${names}`);
  }
  const single = chosen.length === 1 && chosen[0]?.countPrefix === "" ? source.database : undefined;
  return chosen.map((dumped) => {
    const target = String(database ?? single ?? dumped.name);
    if (existing !== undefined && existing !== target) {
      const rule = `--into-existing must repeat ${target} (the agent)`;
      throw new AgentFailure(2, `${rule}, got ${String(existing)}; write that name`);
    }
    return { dumped, database: target };
  });
}

async function refuseFullDatabases(targets: readonly Target[]): Promise<void> {
  const full: Target[] = [];
  const found: string[] = [];
  for (const target of targets) {
    const relations = Number(await query(target.variables, userRelations));
    if (relations === 0) continue;
    full.push(target);
    found.push(`database ${target.database} must be empty (the agent), got ${relations} relations`);
  }
  const [first] = full;
  if (first === undefined) return;
  const one = targets.length > 1 ? `--part ${JSON.stringify(first.part.name)} and ` : "";
  const advice = `give ${one}--database another one, or ${one}--into-existing ${first.database} to replace what is in it`;
  throw new AgentFailure(2, `${found.join("; ")}; ${advice}`);
}

async function refuseMissingRoles({ variables, part }: Target, fromCopies: FromCopies): Promise<void> {
  const roles = (await query(variables, "SELECT rolname FROM pg_roles")).split("\n");
  const missing = await fromCopies(part.name, (stages) => archiveOwners(stages, roles)).catch(identityFailure);
  if (missing.length === 0) return;
  const advice = "restore the part globals first (--part globals --output FILE, then psql), or give --no-owner";
  throw new AgentFailure(
    2,
    `the server must have the owners of the data (PostgreSQL), got none of ${missing.join(", ")}; ${advice}`,
  );
}

async function compareCounts(targets: readonly Target[]): Promise<Outcome> {
  const expected: Record<string, number> = {};
  const found: Record<string, number> = {};
  for (const { countPrefix, rowCounts, variables } of targets) {
    Object.assign(expected, named(countPrefix, rowCounts));
    const counts = await countRows(Object.keys(rowCounts), (sql) => query(variables, sql));
    Object.assign(found, named(countPrefix, counts));
  }
  const tables = Object.keys(expected);
  const different = tables.filter((table) => found[table] !== expected[table]);
  const rowCounts = { expected, found };
  const where = `restored into ${targets.map(({ database }) => database).join(", ")}`;
  if (different.length === 0) {
    const checked = tables.length === 0 ? "no table was counted" : `row counts of ${tables.length} tables are right`;
    return { exitCode: 0, message: `${where}; ${checked}`, rowCounts };
  }
  const list = different.map((table) => `${table}: ${String(found[table])} in place of ${String(expected[table])}`);
  return { exitCode: 3, message: `${where}, but rows differ: ${list.join("; ")}`, rowCounts };
}
