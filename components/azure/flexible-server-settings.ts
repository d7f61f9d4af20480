import { databaseDays } from "../model/index.js";
import { type EnvironmentArgument, requireEnvironment } from "../shared/arguments.js";

/** Shortest and longest retention of a Flexible Server in days. https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-backup-restore */
const retentionDays = { min: 7, max: 35 } as const;

/** Backup settings of a PostgreSQL Flexible Server, to spread into its arguments. */
export interface FlexibleServerSettings {
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
  const wanted = Math.max(daily, pitr, retentionDays.min);
  const copies = environment.matrix["postgres"]?.copies ?? 1;
  return {
    backup: {
      backupRetentionDays: Math.min(wanted, retentionDays.max),
      geoRedundantBackup: copies > 1 ? "Enabled" : "Disabled",
    },
  };
}
