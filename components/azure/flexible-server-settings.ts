import { databaseDays, limits } from "../model/index.js";
import { type EnvironmentArgument, requireEnvironment } from "../shared/arguments.js";

/** Backup settings of a PostgreSQL Flexible Server, to spread into its arguments. */
export interface FlexibleServerSettings {
  /** The server's own backups. */
  readonly backup: {
    /** Days from 7 to 35 in which any moment can be restored. */
    readonly backupRetentionDays: number;
    /** Decided when the server is made: changing it later replaces the server and loses its data. */
    readonly geoRedundantBackup: "Enabled" | "Disabled";
  };
}

/**
 * The environment's protection as plain arguments of an Azure Database for PostgreSQL. Its backups are deleted with
 * the server; protect the resource. Retention past 35 days is capped: what is kept longer needs a mechanism of its own.
 *
 * @example
 * const server = { version: "16", ...flexibleServerSettings("production") };
 */
export function flexibleServerSettings(environmentArgument: EnvironmentArgument): FlexibleServerSettings {
  const environment = requireEnvironment("azure.flexibleServerSettings", environmentArgument);
  const { daily, pitr } = databaseDays(environment);
  const wanted = Math.max(daily, pitr, limits.flexibleServerRetentionMin.value);
  const copies = environment.matrix["postgres"]?.copies ?? 1;
  return {
    backup: {
      backupRetentionDays: Math.min(wanted, limits.flexibleServerRetentionMax.value),
      geoRedundantBackup: copies > 1 ? "Enabled" : "Disabled",
    },
  };
}
