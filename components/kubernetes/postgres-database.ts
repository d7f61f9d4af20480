import type { Issue, Location, PostgresSource } from "../model/index.js";
import type { SecretKeyReference } from "../shared/input.js";
import { problem } from "../shared/problem.js";
import { clusterLocation, type DataKind } from "./data-access.js";
import { type SecretFile, secretPath } from "./secret-file.js";
import { portIssues, textIssues } from "./text-rules.js";

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

const id = "postgres-database";

/** User of the official PostgreSQL image (Debian). */
const postgresUser = 999;

/**
 * A database as the library's pods see it.
 *
 * @internal
 */
export const postgresDatabase: DataKind<PostgresDatabase> = {
  keys: [
    "host",
    "port",
    "database",
    "user",
    "passwordSecret",
    "version",
    "sslMode",
    "countTables",
    "location",
  ] as const satisfies readonly (keyof PostgresDatabase)[],

  declare: (database, protection) => ({
    kind: "postgres",
    mechanisms: ["pg_dump"],
    protection,
    location: database?.location ?? clusterLocation(database?.host),
    target: database && `postgres://${database.host}:${String(database.port ?? 5432)}/${database.database}`,
  }),

  issues({ host, database, port, version }, path) {
    const rule = "be a name (libpq)";
    const advice = "write it as you would give it to psql";
    const major = "be a major version of two digits (postgresql.org)";
    return [
      ...textIssues(id, `${path}.host`, rule, host, advice),
      ...textIssues(id, `${path}.database`, rule, database, advice),
      ...portIssues(id, `${path}.port`, port, 5432),
      ...(version === undefined || /^\d{2}$/.test(version)
        ? []
        : [problem(id, `${path}.version`, major, version, 'write "17", not "17.2"')]),
    ] satisfies Issue[];
  },

  rehearsal: {
    scratchSize: "50Gi",
    // Parallel queries and index builds of a large database need more shared memory than the usual 64 MiB.
    volumes: [
      {
        volume: { name: "shared-memory", emptyDir: { medium: "Memory", sizeLimit: "256Mi" } },
        mount: { name: "shared-memory", mountPath: "/dev/shm" },
      },
    ],
  },

  access(database) {
    const password = passwordFile(database);
    return {
      source: postgresSource(database, password),
      secretFiles: password === undefined ? [] : [password],
      ports: [database.port ?? 5432],
      toolsImage: `docker.io/library/postgres:${database.version ?? "18"}`,
      user: postgresUser,
    };
  },
};

function postgresSource(database: PostgresDatabase, password: SecretFile | undefined): PostgresSource {
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

function passwordFile({ passwordSecret: secret }: PostgresDatabase): SecretFile | undefined {
  return secret && { volume: "database-password", secretName: secret.name, key: secret.key ?? "password" };
}
