import type * as pulumi from "@pulumi/pulumi";
import type { PlannedAsset } from "../model/index.js";
import { AgentBackup, requestOf } from "./agent-backup.js";
import type { BackupJobArgs } from "./backup-job.js";
import { type PostgresDatabase, postgresDatabase } from "./postgres-database.js";

/** Arguments of {@link PostgresBackup}. */
export interface PostgresBackupArgs extends BackupJobArgs {
  /** The database that is backed up. */
  readonly database: PostgresDatabase;
  /** Name of the asset in object names. @default - the component's name */
  readonly asset?: string;
}

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
export class PostgresBackup extends AgentBackup {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:PostgresBackup";

  constructor(name: string, args: PostgresBackupArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: PostgresBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: PostgresBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset) {
    const request = requestOf(PostgresBackup.type, "kubernetes.PostgresBackup", "database", postgresDatabase, args);
    super(name, request, opts, planned);
  }
}
