import { type Issue, type Location, type PostgresSource, unknownKeys } from "../model/index.js";
import type { SecretKeyReference } from "../shared/input.js";
import { problem } from "../shared/problem.js";
import { clusterLocation, type DataKind } from "./data-access.js";
import { type SecretFile, secretPath } from "./secret-file.js";
import { portIssues, textIssues } from "./text-rules.js";

/** One of several databases of a PostgreSQL server. */
export interface ServerDatabase {
  /** Its name; unique in the list. */
  readonly name: string;
  /** Tables (`schema.table`) whose rows are counted in the dump's snapshot and compared after a restore. @default [] */
  readonly countTables?: readonly string[];
}

/** A streaming replica (hot standby) of a server. */
export interface ReadReplica {
  /** Host name or address. */
  readonly host: string;
  /** @default - the server's */
  readonly port?: number;
  /** Seconds that it may be behind, from 1 to 86400; further behind, the backup fails. @default 300 */
  readonly mostLagSeconds?: number;
}

/** A database of a PostgreSQL server, or several. */
export interface PostgresDatabase {
  /** Host name or address; a name without a dot, or one that ends in `.svc` or `.cluster.local`, is in this cluster. */
  readonly host: string;
  /** @default 5432 */
  readonly port?: number;
  /** Name of the database. This or `databases`. */
  readonly database?: string;
  /** Databases that are dumped together, each from a snapshot of its own. This or `database`. */
  readonly databases?: readonly ServerDatabase[];
  /**
   * Dump from this replica and leave the server alone. The artefact is then as old as the replica's lag, which is bounded.
   * Long dumps need `hot_standby_feedback` or a large `max_standby_streaming_delay`: else the server's clean-up cancels them.
   * @default - the server itself
   */
  readonly replica?: ReadReplica;
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
  /** The same as of `databases`, for `database`. @default [] */
  readonly countTables?: readonly string[];
  /** Where the data is, when the host's name does not tell. */
  readonly location?: Location;
}

const id = "postgres-database";

const longestLagSeconds = 86_400;

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
    "databases",
    "replica",
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
    target: database && `postgres://${database.host}:${String(database.port ?? 5432)}/${namesOf(database).join(",")}`,
  }),

  issues(database, path) {
    const { host, port, version } = database;
    const major = "be a major version of two digits (postgresql.org)";
    return [
      ...nameIssues(`${path}.host`, host),
      ...whichIssues(database, path),
      ...replicaIssues(database.replica, `${path}.replica`),
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
      ports: [database.replica?.port ?? database.port ?? 5432],
      toolsImage: `docker.io/library/postgres:${database.version ?? "18"}`,
      user: postgresUser,
    };
  },
};

function postgresSource(database: PostgresDatabase, password: SecretFile | undefined): PostgresSource {
  return {
    kind: "postgres",
    host: database.replica?.host ?? database.host,
    port: database.replica?.port ?? database.port ?? 5432,
    database: database.database,
    databases: database.databases,
    user: database.user ?? "postgres",
    passwordFile: password && secretPath(password),
    sslMode: database.sslMode ?? "prefer",
    countTables: database.databases === undefined ? (database.countTables ?? []) : undefined,
    mostLagSeconds: database.replica?.mostLagSeconds,
  };
}

function passwordFile({ passwordSecret: secret }: PostgresDatabase): SecretFile | undefined {
  return secret && { volume: "database-password", secretName: secret.name, key: secret.key ?? "password" };
}

/** Names of the databases, whatever was given for them. */
function namesOf({ database, databases }: PostgresDatabase): string[] {
  const several: unknown = databases;
  const list: readonly unknown[] = Array.isArray(several) ? several : [];
  return database === undefined
    ? list.map((each) => String((each as Partial<ServerDatabase> | null)?.name))
    : [database];
}

function nameIssues(path: string, value: unknown): Issue[] {
  return textIssues(id, path, "be a name (libpq)", value, "write it as you would give it to psql");
}

/** Problems of the choice of databases. */
function whichIssues({ database, databases, countTables }: PostgresDatabase, path: string): Issue[] {
  if (databases === undefined) return nameIssues(`${path}.database`, database);
  const beside = Object.entries({ database, countTables }).flatMap(([key, value]) => {
    const rule = "be left out where databases is given (its elements have them)";
    return value === undefined ? [] : [problem(id, `${path}.${key}`, rule, value, "move it there")];
  });
  const given: unknown = databases;
  if (!Array.isArray(given) || given.length === 0) {
    const rule = "be a list of one database or more (pg_dump)";
    return [...beside, problem(id, `${path}.databases`, rule, given, 'write [{ name: "orders" }]')];
  }
  const names = new Set<unknown>();
  const elements = (given as readonly unknown[]).flatMap((element, index) => {
    const at = `${path}.databases[${String(index)}]`;
    const unknown = unknownKeys(element, ["name", "countTables"], at);
    const name = (element as Partial<ServerDatabase> | null)?.name;
    const twice = names.has(name) ? [problem(id, `${at}.name`, "be unique (one dump each)", name, "name it once")] : [];
    names.add(name);
    return [...unknown, ...nameIssues(`${at}.name`, name), ...twice];
  });
  return [...beside, ...elements];
}

function replicaIssues(replica: ReadReplica | undefined, path: string): Issue[] {
  if (replica === undefined) return [];
  return [
    ...unknownKeys(replica, ["host", "port", "mostLagSeconds"], path),
    ...nameIssues(`${path}.host`, (replica as Partial<ReadReplica> | null)?.host),
    ...portIssues(id, `${path}.port`, (replica as Partial<ReadReplica> | null)?.port, 5432),
    ...lagIssues(`${path}.mostLagSeconds`, (replica as Partial<ReadReplica> | null)?.mostLagSeconds),
  ];
}

function lagIssues(path: string, seconds: number | undefined): Issue[] {
  if (seconds === undefined || (Number.isInteger(seconds) && seconds >= 1 && seconds <= longestLagSeconds)) return [];
  const rule = `be whole seconds from 1 to ${longestLagSeconds} (the agent)`;
  return [problem(id, path, rule, seconds, "leave it out for 300")];
}
