import { databaseDays, limits } from "../model/index.js";
import { type EnvironmentArgument, requireEnvironment } from "../shared/arguments.js";

/** Backup settings of an `aws.rds.Instance` or `aws.rds.Cluster`, to spread into its arguments. */
export interface RdsSettings {
  /** Days from 1 to 35 in which any moment can be restored. From or to 0 is an outage, hence never 0. */
  readonly backupRetentionPeriod: number;
  /** Snapshots carry the tags of their database. */
  readonly copyTagsToSnapshot: true;
  /** `false` keeps the automated backups when the database is deleted. */
  readonly deleteAutomatedBackups: boolean;
  /** A deletion is refused until this is off. */
  readonly deletionProtection: boolean;
  /** `false` refuses a deletion that leaves no last snapshot; RDS then needs `finalSnapshotIdentifier`. */
  readonly skipFinalSnapshot: boolean;
  /** Cannot be changed for a database that exists. */
  readonly storageEncrypted: true;
}

/**
 * The environment's protection as plain arguments of an RDS database. Retention past the service's 35 days is capped:
 * what is kept longer needs a mechanism of its own. Changing `storageEncrypted` replaces a database: spread the
 * settings into new ones, and leave that one out for those that exist unencrypted.
 *
 * @example
 * const ledger = { engine: "postgres", instanceClass: "db.t4g.small", ...rdsSettings("production") };
 */
export function rdsSettings(environmentArgument: EnvironmentArgument): RdsSettings {
  const environment = requireEnvironment("aws.rdsSettings", environmentArgument);
  const { daily, pitr } = databaseDays(environment);
  const keeps = environment.base !== "development";
  return {
    backupRetentionPeriod: Math.min(Math.max(daily, pitr, 1), limits.rdsRetentionMax.value),
    copyTagsToSnapshot: true,
    deleteAutomatedBackups: !keeps,
    deletionProtection: keeps,
    skipFinalSnapshot: !keeps,
    storageEncrypted: true,
  };
}
