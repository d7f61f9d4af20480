import { readFile } from "node:fs/promises";
import { devNull } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { PostgresSource } from "../../components/model/agent-config.js";
import { run } from "../child.js";
import { hideSecret, say } from "../console.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { interruption } from "../interruption.js";

/** Variables by which libpq learns where to connect; the password never stands in an argument. */
export type ConnectionVariables = Readonly<Record<string, string>>;

const defaultPort = 5432;
const defaultConnectSeconds = 60;
const retryMilliseconds = 1000;

/**
 * Refusals that no retry heals, as libpq and the server word them in the C locale. A server of another language says
 * the same in its own words; then the agent tries until the time is over, and ends with 1 in place of 2.
 */
const finalRefusals = [
  /password authentication failed/,
  /no password supplied/,
  /authentication failed for user/,
  /role ".*" does not exist/,
  /database ".*" does not exist/,
  /no pg_hba\.conf entry/,
  /pg_hba\.conf rejects connection/,
  /permission denied for database/,
  /is not permitted to log in/,
  /certificate verify failed/,
  /server does not support SSL/,
  /root certificate file .* does not exist/,
];

/** What the programs of PostgreSQL need to connect to this database. */
export async function connectionVariables(source: PostgresSource, database: string): Promise<ConnectionVariables> {
  const password = await readPassword(source.passwordFile);
  return {
    PGHOST: source.host,
    PGPORT: String(source.port ?? defaultPort),
    PGUSER: source.user,
    PGDATABASE: database,
    PGSSLMODE: source.sslMode ?? "prefer",
    ...(source.sslRootCertFile === undefined ? {} : { PGSSLROOTCERT: source.sslRootCertFile }),
    ...(password === undefined ? {} : { PGPASSWORD: password }),
    // Nothing may come from files that happen to lie in a home folder.
    PGPASSFILE: devNull,
    PGSERVICEFILE: devNull,
    PGCONNECT_TIMEOUT: "5",
    PGAPPNAME: "backup-tiers agent",
  };
}

/** Connects, again and again while the server cannot be reached; returns the server's version number (150020). */
export async function serverVersionNumber(source: PostgresSource, variables: ConnectionVariables): Promise<number> {
  const seconds = source.connectTimeoutSeconds ?? defaultConnectSeconds;
  const end = Date.now() + seconds * 1000;
  const where = `${source.host}:${String(source.port ?? defaultPort)}`;
  for (;;) {
    try {
      return Number(await query(variables, "SHOW server_version_num"));
    } catch (error) {
      interruption.throwIfAborted();
      if (error instanceof AgentFailure && error.exitCode === 2) throw error;
      const reason = reasonOf(error);
      if (finalRefusals.some((refusal) => refusal.test(reason))) {
        throw new AgentFailure(2, `source must let user ${source.user} in at ${where}, got: ${reason}`);
      }
      if (Date.now() + retryMilliseconds > end) {
        throw new AgentFailure(1, `no connection to ${where} within ${String(seconds)} seconds: ${reason}`);
      }
      say(`no connection to ${where} yet: ${reason}`);
      await delay(retryMilliseconds, undefined, { signal: interruption });
    }
  }
}

/** Runs one statement in a connection of its own and returns its rows as text. */
export async function query(variables: ConnectionVariables, sql: string): Promise<string> {
  const args = ["--no-psqlrc", "--no-password", "--quiet", "--no-align", "--tuples-only", "--command", sql];
  return (await run("psql", [...args, "-v", "ON_ERROR_STOP=1"], { ...variables, PGCLIENTENCODING: "UTF8" })).trim();
}

/** Major version of a program, from `pg_dump (PostgreSQL) 15.20 (Debian 15.20-1)`. */
export function majorOf(version: string): number {
  return Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1]);
}

/** Text as a string constant of SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as PostgreSQL writes it when it must be taken as it is. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A database as an option with a connection string, which takes any name as it is, also one with `=` in it. */
export function databaseArgument(option: "--dbname" | "--database", database: string): string {
  return `${option}=dbname='${database.replace(/[\\']/g, "\\$&")}'`;
}

async function readPassword(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new AgentFailure(2, `source.passwordFile must be a readable file, got ${reasonOf(error)}`);
  });
  const password = text.replace(/\r?\n$/, "");
  if (password === "") throw new AgentFailure(2, "source.passwordFile must hold a password, got an empty file");
  hideSecret(password);
  return password;
}
