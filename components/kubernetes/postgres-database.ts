import { type AssetDeclaration, type Issue, type Location, type PostgresSource, unknownKeys } from "../model/index.js";
import type { SecretKeyReference } from "../shared/input.js";
import { type SecretFile, secretPath } from "./secret-file.js";

/** A database of a PostgreSQL server. */
export interface PostgresDatabase {
  /** Host name or address; a name without a dot, or one that ends in `.svc` or `.cluster.local`, is in this cluster. */
  readonly host: string;
  /** @default 5432 */
  readonly port?: number;
  /** Name of the database. */
  readonly database: string;
  /** Role that dumps; it needs to read everything (`pg_read_all_data`). @default "postgres" */
  readonly user?: string;
  /** Password by reference; its `key` defaults to `"password"`. @default - peer, trust or certificate authentication */
  readonly passwordSecret?: SecretKeyReference;
  /**
   * Major version of the server. The dump's programs must not be older (the agent refuses), and a newer `pg_restore`
   * may set what an older server does not know: give the server's own.
   * @default "18"
   */
  readonly version?: string;
  /** libpq `sslmode`. @default "prefer" */
  readonly sslMode?: "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";
  /** Tables (`schema.table`) whose rows are counted in the dump's snapshot and compared after a restore. @default [] */
  readonly countTables?: readonly string[];
  /** Where the data is, when the host's name does not tell. */
  readonly location?: Location;
}

/** The vendor's image with the programs of the server's version. */
export function postgresImage(database: PostgresDatabase): string {
  return `docker.io/library/postgres:${database.version ?? "18"}`;
}

/** The agent's view of the database. */
export function postgresSource(database: PostgresDatabase): PostgresSource {
  const password = passwordFile(database);
  return {
    kind: "postgres",
    host: database.host,
    port: database.port ?? 5432,
    database: database.database,
    user: database.user ?? "postgres",
    passwordFile: password && secretPath(password),
    sslMode: database.sslMode ?? "prefer",
    countTables: database.countTables ?? [],
  };
}

/** The password's file in the pod. */
export function passwordFile(database: PostgresDatabase): SecretFile | undefined {
  const secret = database.passwordSecret;
  return secret && { volume: "database-password", secretName: secret.name, key: secret.key ?? "password" };
}

/** What the plan needs to know of a database. */
export function postgresDeclaration(
  database: PostgresDatabase | undefined,
  protection: AssetDeclaration["protection"],
): AssetDeclaration {
  return {
    kind: "postgres",
    mechanisms: ["pg_dump"],
    protection,
    location:
      database?.location ?? (inCluster(database?.host) ? { provider: "kubernetes", region: "cluster" } : undefined),
    target: database && `postgres://${database.host}:${String(database.port ?? 5432)}/${database.database}`,
  };
}

/** Cluster DNS: names without a dot, and names below `svc` or `cluster.local`. */
function inCluster(host: unknown): boolean {
  return typeof host === "string" && (!host.includes(".") || /\.(svc|cluster\.local)\.?$/.test(host));
}

/** Keys of {@link PostgresDatabase}, for refusing misspelt ones at run time. */
export const databaseKeys = [
  "host",
  "port",
  "database",
  "user",
  "passwordSecret",
  "version",
  "sslMode",
  "countTables",
  "location",
] as const satisfies readonly (keyof PostgresDatabase)[];

/** Problems of a database's description. */
export function databaseIssues(database: PostgresDatabase, path: string): Issue[] {
  const issues = unknownKeys(database, databaseKeys, path);
  if (issues.some((issue) => issue.path === path)) return issues;
  for (const key of ["host", "database"] as const) {
    if (typeof database[key] === "string" && database[key] !== "") continue;
    issues.push(mustBe(`${path}.${key}`, "be a name (libpq)", database[key], "write it as you would give it to psql"));
  }
  const { port, version } = database;
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
    issues.push(mustBe(`${path}.port`, "be a port from 1 to 65535 (TCP)", port, "leave it out for 5432"));
  if (version !== undefined && !/^\d{2}$/.test(version))
    issues.push(
      mustBe(`${path}.version`, "be a major version of two digits (postgresql.org)", version, 'write "17", not "17.2"'),
    );
  return issues;
}

function mustBe(path: string, rule: string, value: unknown, advice: string): Issue {
  const shown = value === undefined ? "nothing" : JSON.stringify(value);
  return { id: "postgres-database", level: "error", path, message: `${path} must ${rule}, got ${shown}; ${advice}` };
}
