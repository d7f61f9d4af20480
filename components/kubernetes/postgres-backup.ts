import * as pulumi from "@pulumi/pulumi";
import {
  type AssetDeclaration,
  type Issue,
  type Location,
  type Plan,
  type PlannedAsset,
  type PostgresSource,
  unknownKeys,
} from "../model/index.js";
import type { SecretKeyReference } from "../shared/input.js";
import type { SecretFile } from "./agent-pod.js";
import { secretPath } from "./agent-pod.js";
import { type BackupCronJobArgs, provisionBackup, serviceAccount } from "./backup-cron-job.js";
import { type BackupJobArgs, resolveBackupJob } from "./backup-job.js";

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

/** Arguments of {@link PostgresBackup}. */
export interface PostgresBackupArgs extends BackupJobArgs {
  /** The database that is backed up. */
  readonly database: PostgresDatabase;
  /** Name of the asset in object names. @default - the component's name */
  readonly asset?: string;
}

/** User of the official PostgreSQL image (Debian). */
const postgresUser = 999;

/**
 * Backs up a PostgreSQL database with `pg_dump`, from a CronJob whose only process is the agent: compressed, encrypted
 * to your recipients, signed, in as many stores as the environment asks. A backup counts only when its signed manifest
 * exists. Restores to the moment of a dump; for any moment in between add continuous archiving.
 *
 * @example
 * new PostgresBackup("orders", {
 *   environment: "production",
 *   database: { host: "orders-db", database: "orders", passwordSecret: { name: "orders-db" } },
 *   stores: [primary, offsite],
 *   keys,
 * });
 */
export class PostgresBackup extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:PostgresBackup";

  /** Name of the CronJob, for `kubectl create job --from=cronjob/<name>`; empty where the environment makes no backup. */
  readonly cronJobName: pulumi.Output<string>;
  /** What was decided for this asset. */
  readonly plan: Plan;

  constructor(name: string, args: PostgresBackupArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: PostgresBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: PostgresBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset) {
    super(PostgresBackup.type, name, {}, opts);
    const job = resolveBackupJob(
      {
        component: "kubernetes.PostgresBackup",
        name,
        args,
        declaration: postgresDeclaration(args.database, args.protection),
        ownKeys: ["database"],
        ownIssues: databaseIssues(args.database, "database"),
        planned,
      },
      this,
    );

    this.plan = job.plan;
    this.cronJobName = pulumi.output("");
    if (job.planned.frequency !== "none") {
      this.cronJobName = provisionBackup(name, backupOf(name, args, job, this), this, opts?.protect);
    }
    this.registerOutputs({ cronJobName: this.cronJobName, plan: this.plan });
  }
}

function backupOf(
  name: string,
  args: PostgresBackupArgs,
  job: BackupCronJobArgs["job"],
  parent: pulumi.Resource,
): BackupCronJobArgs {
  const { database } = args;
  const password = passwordFile(database);
  return {
    args,
    job,
    source: postgresSource(database),
    secretFiles: password === undefined ? [] : [password],
    serviceAccount: serviceAccount(name, args, job, parent),
    sourcePorts: [database.port ?? 5432],
    toolsImage: postgresImage(database),
    user: postgresUser,
  };
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
