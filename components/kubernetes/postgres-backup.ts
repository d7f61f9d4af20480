import * as pulumi from "@pulumi/pulumi";
import type { Plan, PlannedAsset } from "../model/index.js";
import { type BackupCronJobArgs, provisionBackup, serviceAccount } from "./backup-cron-job.js";
import { type BackupJobArgs, resolveBackupJob } from "./backup-job.js";
import {
  databaseIssues,
  passwordFile,
  type PostgresDatabase,
  postgresDeclaration,
  postgresImage,
  postgresSource,
} from "./postgres-database.js";

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
