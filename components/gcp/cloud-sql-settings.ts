import { databaseDays, limits } from "../model/index.js";
import { type EnvironmentArgument, requireEnvironment } from "../shared/arguments.js";

/** Longest write-ahead log retention in days, by edition. */
const maxLogDays = {
  ENTERPRISE: limits.cloudSqlPitrMax.value,
  ENTERPRISE_PLUS: limits.cloudSqlEnterprisePlusPitrMax.value,
} as const;

/** Backup settings of a PostgreSQL `gcp.sql.DatabaseInstance`, to spread into its `settings`. */
export interface CloudSqlSettings {
  /** The instance's own backups. */
  readonly backupConfiguration: {
    /** Automated backups are made. */
    readonly enabled: true;
    /** Turning it on for an instance that exists restarts it. */
    readonly pointInTimeRecoveryEnabled: boolean;
    /** Days, 1 to 7; to 35 with Enterprise Plus. */
    readonly transactionLogRetentionDays: number;
    /** How many automated backups are kept. */
    readonly backupRetentionSettings: {
      /** Backups, 1 to 365. */
      readonly retainedBackups: number;
      /** Cloud SQL knows no other. */
      readonly retentionUnit: "COUNT";
    };
  };
  /** Refuses deletion through the API and the console. */
  readonly deletionProtectionEnabled: boolean;
  /** Automated backups outlive the instance until their retention ends. */
  readonly retainBackupsOnDelete: boolean;
}

/**
 * The environment's protection as plain `settings` of a Cloud SQL instance. Cloud SQL makes automated backups at most
 * daily and keeps at most 365; what is kept longer needs a mechanism of its own.
 *
 * @param edition - `"ENTERPRISE"` keeps logs for at most 7 days, `"ENTERPRISE_PLUS"` for 35
 * @example
 * const settings = { tier: "db-custom-2-8192", edition: "ENTERPRISE", ...cloudSqlSettings("production") };
 */
export function cloudSqlSettings(
  environmentArgument: EnvironmentArgument,
  edition: keyof typeof maxLogDays = "ENTERPRISE",
): CloudSqlSettings {
  const environment = requireEnvironment("gcp.cloudSqlSettings", environmentArgument);
  const { daily, pitr } = databaseDays(environment);
  const keeps = environment.base !== "development";
  const logDays = Math.min(Math.max(pitr, 1), maxLogDays[edition]);
  return {
    backupConfiguration: {
      enabled: true,
      pointInTimeRecoveryEnabled: pitr > 0,
      transactionLogRetentionDays: logDays,
      // A moment can be restored only from a backup before it.
      backupRetentionSettings: {
        retainedBackups: Math.min(Math.max(daily, logDays), limits.cloudSqlBackupsMax.value),
        retentionUnit: "COUNT",
      },
    },
    deletionProtectionEnabled: keeps,
    retainBackupsOnDelete: keeps,
  };
}
