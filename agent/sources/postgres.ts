import type { PostgresSource } from "../../components/model/agent-config.js";
import { run } from "../child.js";
import { say } from "../console.js";
import { AgentFailure } from "../failure.js";
import {
  connectionVariables,
  databaseArgument,
  identifier,
  literal,
  majorOf,
  serverVersionNumber,
  type ConnectionVariables,
} from "./postgres-connection.js";
import { programStream } from "./program-stream.js";
import { PsqlSession } from "./psql-session.js";
import type { OpenSource, SourceFacts, SourcePart } from "./source.js";

const defaultLockSeconds = 60;

/** Opens a database: checks versions and tables before anything is written, and takes the snapshot. */
export async function openPostgres(source: PostgresSource): Promise<OpenSource> {
  const variables = await connectionVariables(source, source.database);
  const clientVersion = (await run("pg_dump", ["--version"], {})).trim();
  const serverNumber = await serverVersionNumber(source, variables);
  refuseOlderClient(clientVersion, Math.floor(serverNumber / 10_000));
  const session = new PsqlSession(variables);
  try {
    return await takeSnapshot(source, variables, session, clientVersion);
  } catch (error) {
    session.close();
    throw error;
  }
}

/** Counts rows of tables given as `schema.table`, each taken as it is written. */
export async function countRows(
  tables: readonly string[],
  query: (sql: string) => Promise<string>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) counts[table] = Number(await query(`SELECT count(*) FROM ${quotedTable(table)}`));
  return counts;
}

async function takeSnapshot(
  source: PostgresSource,
  variables: ConnectionVariables,
  session: PsqlSession,
  clientVersion: string,
): Promise<OpenSource> {
  const ask = async (sql: string): Promise<string> => (await session.query(sql)).join("\n");
  // The snapshot must live as long as the dump, and the counts must see every row that the dump sees.
  await ask("SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0; SET row_security = off");
  const serverVersion = await ask("SHOW server_version");
  await refuseMissingTables(source.countTables ?? [], ask);
  const rolePasswords = (await ask("SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')")) === "t";
  if (!rolePasswords) say(`user ${source.user} may not read pg_authid: the globals are taken without role passwords`);
  await ask("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  const time = new Date();
  const snapshot = await ask("SELECT pg_export_snapshot()");
  const rowCounts = countRows(source.countTables ?? [], ask);
  rowCounts.catch(() => undefined);
  const lockSeconds = source.lockTimeoutSeconds ?? defaultLockSeconds;
  const facts = async (): Promise<SourceFacts> => ({
    source: {
      kind: "postgres",
      host: source.host,
      database: source.database,
      clientVersion,
      serverVersion,
      omitted: rolePasswords ? [] : ["role passwords"],
    },
    rowCounts: await rowCounts,
  });
  const lockTimeout = `--lock-wait-timeout=${String(lockSeconds * 1000)}`;
  return {
    time,
    parts: [
      globalsPart(variables, source.database, lockTimeout, rolePasswords),
      databasePart(variables, snapshot, lockTimeout),
    ],
    facts,
    close: () => {
      session.close();
    },
  };
}

function globalsPart(
  variables: ConnectionVariables,
  database: string,
  lockTimeout: string,
  rolePasswords: boolean,
): SourcePart {
  const passwords = rolePasswords ? [] : ["--no-role-passwords"];
  // The reader's own database: not everyone may connect to `postgres`, which pg_dumpall would choose.
  const args = ["--globals-only", "--no-password", lockTimeout, ...passwords, databaseArgument("--database", database)];
  return {
    name: "globals",
    extension: "globals.sql",
    beginsWith: "--",
    open: () => programStream("pg_dumpall", args, variables),
  };
}

function databasePart(variables: ConnectionVariables, snapshot: string, lockTimeout: string): SourcePart {
  const args = ["--format=custom", "--compress=0", "--no-password", `--snapshot=${snapshot}`, lockTimeout];
  return {
    name: "database",
    extension: "dump",
    beginsWith: "PGDMP",
    open: () => programStream("pg_dump", args, variables),
  };
}

function refuseOlderClient(clientVersion: string, serverMajor: number): void {
  const clientMajor = majorOf(clientVersion);
  if (clientMajor >= serverMajor) return;
  throw new AgentFailure(
    2,
    `pg_dump must be at least as new as the server (PostgreSQL), got ${String(clientMajor)} for a server of version ` +
      `${String(serverMajor)}; use the image postgres:${String(serverMajor)}`,
  );
}

async function refuseMissingTables(tables: readonly string[], ask: (sql: string) => Promise<string>): Promise<void> {
  const missing: string[] = [];
  for (const table of tables) {
    const found = await ask(`SELECT to_regclass(${literal(quotedTable(table))}) IS NOT NULL`);
    if (found !== "t") missing.push(table);
  }
  if (missing.length === 0) return;
  const list = missing.map((table) => JSON.stringify(table)).join(", ");
  throw new AgentFailure(2, `source.countTables must name tables of the database, got ${list}; write schema.table`);
}

function quotedTable(table: string): string {
  const dot = table.indexOf(".");
  return `${identifier(table.slice(0, dot))}.${identifier(table.slice(dot + 1))}`;
}
