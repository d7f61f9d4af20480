import { pipeline } from "node:stream/promises";
import type { PostgresSource } from "../../components/model/agent-config.js";
import { Child } from "../child.js";
import type { Options } from "../commands/command.js";
import { AgentFailure } from "../failure.js";
import { interruption } from "../interruption.js";
import type { Manifest, ManifestPart } from "../manifest.js";
import { plainStages, type PlainStages } from "../part-reader.js";
import type { Outcome } from "../result.js";
import { countRows } from "../sources/postgres.js";
import {
  connectionVariables,
  databaseArgument,
  query,
  serverVersionNumber,
  type ConnectionVariables,
} from "../sources/postgres-connection.js";
import type { StoredBackup } from "../stored-backup.js";
import { archiveOwners } from "./archive-owners.js";
import { decryptionFailure } from "./plain.js";

/** Relations that belong to users: neither the server's own nor an extension's. */
const userRelations = `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/** The program closes its input as soon as it has what it needs, or fails; its exit code tells which. */
const closedInput = ["EPIPE", "ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"];

/**
 * Restores the database in one transaction: all of it, or nothing. Owners and grants are restored, because a program
 * that may not read its tables is still down; roles that are missing are told before anything is changed.
 */
export async function restorePostgres(
  source: PostgresSource,
  copy: StoredBackup,
  identities: readonly string[],
  options: Options,
): Promise<Outcome> {
  const { manifest, store } = copy;
  const part = manifest?.parts.find(({ name }) => name === "database");
  if (manifest === undefined || part === undefined) throw new AgentFailure(3, `${copy.id} has no database in it`);
  const database = String(options["database"] ?? source.database);
  const existing = options["into-existing"];
  if (existing !== undefined && existing !== database) {
    throw new AgentFailure(
      2,
      `--into-existing must repeat ${database} (the agent), got ${String(existing)}; write that name`,
    );
  }
  const variables = await connectionVariables(source, database);
  await serverVersionNumber({ ...source, database }, variables);
  await refuseFullDatabase(variables, database, existing !== undefined);
  if (options["no-owner"] !== true) await refuseMissingRoles(variables, copy, manifest, part, identities);
  const args = ["--no-password", "--exit-on-error", "--single-transaction", databaseArgument("--dbname", database)];
  if (existing !== undefined) args.push("--clean", "--if-exists");
  if (options["no-owner"] === true) args.push("--no-owner", "--no-privileges");
  await feedArchive(new Child("pg_restore", args, variables), await plainStages(store, manifest, part, identities));
  return compareCounts(manifest, database, variables);
}

/** Gives an archive to a program; it gets the last bytes only when the hash over all of them is right. */
export async function feedArchive(child: Child, stages: PlainStages): Promise<void> {
  try {
    await pipeline([...stages, child.stdin], { signal: interruption });
  } catch (error) {
    if (!closedInput.includes((error as NodeJS.ErrnoException).code ?? "")) {
      child.kill();
      await child.ended;
      decryptionFailure(error);
    }
  }
  await child.succeeded();
  if (!stages[1].verified) throw new AgentFailure(1, "the program ended before it had read the whole archive");
}

async function refuseFullDatabase(variables: ConnectionVariables, database: string, allowed: boolean): Promise<void> {
  const relations = Number(await query(variables, userRelations));
  if (relations === 0 || allowed) return;
  const advice = `give --database another one, or --into-existing ${database} to replace what is in it`;
  throw new AgentFailure(2, `database ${database} must be empty (the agent), got ${relations} relations; ${advice}`);
}

async function refuseMissingRoles(
  variables: ConnectionVariables,
  { store }: StoredBackup,
  manifest: Manifest,
  part: ManifestPart,
  identities: readonly string[],
): Promise<void> {
  const roles = (await query(variables, "SELECT rolname FROM pg_roles")).split("\n");
  const missing = await archiveOwners(await plainStages(store, manifest, part, identities), roles).catch(
    decryptionFailure,
  );
  if (missing.length === 0) return;
  const advice = "restore the part globals first (--part globals --output FILE, then psql), or give --no-owner";
  throw new AgentFailure(
    2,
    `the server must have the owners of the data (PostgreSQL), got none of ${missing.join(", ")}; ${advice}`,
  );
}

async function compareCounts(manifest: Manifest, database: string, variables: ConnectionVariables): Promise<Outcome> {
  const tables = Object.keys(manifest.rowCounts);
  const found = await countRows(tables, (sql) => query(variables, sql));
  const different = tables.filter((table) => found[table] !== manifest.rowCounts[table]);
  const rowCounts = { expected: manifest.rowCounts, found };
  if (different.length === 0) {
    const checked = tables.length === 0 ? "no table was counted" : `row counts of ${tables.length} tables are right`;
    return { exitCode: 0, message: `restored into ${database}; ${checked}`, rowCounts };
  }
  const list = different.map(
    (table) => `${table}: ${String(found[table])} in place of ${String(manifest.rowCounts[table])}`,
  );
  return { exitCode: 3, message: `restored into ${database}, but rows differ: ${list.join("; ")}`, rowCounts };
}
