import type { PostgresSource } from "../../components/model/agent-config.js";
import { Child } from "../child.js";
import { say } from "../console.js";
import { AgentFailure } from "../failure.js";
import { databasesOf, globalsPart, namesOf } from "../postgres-parts.js";
import { findPgDump, type PgDump } from "./pg-dump.js";
import { databaseArgument, majorOf } from "./postgres-connection.js";
import { lockTimeout, PostgresSnapshot } from "./postgres-snapshot.js";
import { programStream } from "./program-stream.js";
import type { OpenSource, SourceFacts, SourcePart } from "./source.js";

/** Opens databases: checks versions and tables before anything is written, and takes all snapshots at once. */
export async function openPostgres(source: PostgresSource): Promise<OpenSource> {
  const pgDump = await findPgDump();
  const snapshots: PostgresSnapshot[] = [];
  const close = (): void => {
    for (const snapshot of snapshots) snapshot.close();
  };
  try {
    for (const [index, database] of databasesOf(source).entries()) {
      const snapshot = await PostgresSnapshot.open(source, database, namesOf(source, database.name, index));
      snapshots.push(snapshot);
      refuseOlderClient(pgDump.version, Math.floor(snapshot.serverNumber / 10_000));
      await snapshot.prepare();
    }
    return { ...(await readyToRead(source, snapshots, pgDump)), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function readyToRead(
  source: PostgresSource,
  snapshots: readonly PostgresSnapshot[],
  pgDump: PgDump,
): Promise<Omit<OpenSource, "close">> {
  const [first] = snapshots;
  if (first === undefined) throw new Error("a source without a database was opened");
  const serverVersion = await first.ask("SHOW server_version");
  const rolePasswords = (await first.ask("SELECT has_table_privilege('pg_catalog.pg_authid', 'SELECT')")) === "t";
  if (!rolePasswords) say(`user ${source.user} may not read pg_authid: the globals are taken without role passwords`);
  const time = new Date();
  for (const snapshot of snapshots) await snapshot.take();
  const facts = async (): Promise<SourceFacts> => {
    const rowCounts: Record<string, number> = {};
    for (const snapshot of snapshots) Object.assign(rowCounts, await snapshot.counts());
    return {
      source: {
        kind: "postgres",
        host: source.host,
        database: source.database ?? null,
        clientVersion: pgDump.version,
        serverVersion,
        omitted: rolePasswords ? [] : ["role passwords"],
      },
      rowCounts,
    };
  };
  const globals = globalsOf(source, first, rolePasswords);
  return { time, parts: [globals, ...snapshots.map((snapshot) => snapshot.part(pgDump))], facts };
}

function globalsOf(source: PostgresSource, { variables }: PostgresSnapshot, rolePasswords: boolean): SourcePart {
  const passwords = rolePasswords ? [] : ["--no-role-passwords"];
  // A database of the reader's own: not everyone may connect to `postgres`, which pg_dumpall would choose.
  const database = databaseArgument("--database", variables["PGDATABASE"] ?? "");
  const args = ["--globals-only", "--no-password", lockTimeout(source), ...passwords, database];
  return {
    name: globalsPart,
    extension: "globals.sql",
    beginsWith: "--",
    open: () => programStream(new Child("pg_dumpall", args, variables)),
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
