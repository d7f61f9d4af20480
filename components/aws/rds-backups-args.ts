import type { Input } from "@pulumi/pulumi";
import type { AssetKind, ProtectionOverride } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";
import type { VaultCopy } from "./backup-plan-args.js";
import type { BackupVaultTarget } from "./backup-vault-args.js";
import type { ApplicationBucket } from "./bucket-backup-args.js";
import type { DatabaseRestoreTests } from "./restore-testing-args.js";

/** An instance of RDS, by what an `aws.rds.Instance` has; an existing one is described by its ARN and identifier. */
export interface RdsInstance {
  /** ARN, `arn:aws:rds:<region>:<account>:db:<identifier>`. */
  readonly arn: Input<string>;
  /** Identifier of the instance. */
  readonly identifier: Input<string>;
}

/** A cluster of Aurora or a Multi-AZ cluster, by what an `aws.rds.Cluster` has. */
export interface RdsCluster {
  /** ARN, `arn:aws:rds:<region>:<account>:cluster:<identifier>`. */
  readonly arn: Input<string>;
  /** Identifier of the cluster. */
  readonly clusterIdentifier: Input<string>;
}

/** Automated backups in another region: any moment can be restored there. */
export interface BackupReplication {
  /** The other region; RDS allows certain pairs only. Changing it starts a new history. */
  readonly region: string;
  /** ARN of a KMS key of that region; changing it starts a new history. @default - a key of its own */
  readonly kmsKeyArn?: Input<string>;
  /** Whole days that are kept there, 1 to 35. @default - the environment's window for any moment, or 7 */
  readonly retentionDays?: number;
}

/** Retention past the 35 days of RDS, by AWS Backup. */
export interface LongTermBackups {
  /** The vault, of the database's region. */
  readonly vault: BackupVaultTarget;
  /** Copies in other vaults, at most 5. @default [] */
  readonly copies?: readonly VaultCopy[];
  /** Needed for clusters: AWS Backup is switched on for Aurora in the region's settings. @default false */
  readonly optInAcknowledged?: boolean;
}

/**
 * Automated snapshots as Parquet in a bucket, for what other programs read: RDS cannot restore them, so that they count
 * neither as a copy nor as a second mechanism past 35 days, which is `longTerm`.
 */
export interface SnapshotExport {
  /**
   * The bucket, of the database's region, with a lifecycle of its own. A default Object Lock retention would keep RDS from
   * cleaning up after a failed export; the policy of a BackupBucket refuses every key but its own, which is then the
   * `kmsKeyArn`.
   */
  readonly bucket: ApplicationBucket;
  /** First part of the objects' names. @default "rds" */
  readonly prefix?: string;
  /** ARN of the KMS key of the exports, of the same region; without it they are unreadable. @default - a key of its own */
  readonly kmsKeyArn?: Input<string>;
  /** How often; each export is billed by the size of the snapshot. @default "monthly" */
  readonly every?: "daily" | "weekly" | "monthly" | "yearly";
  /** Databases, schemas or tables: `shop`, `shop.public`, `shop.public.orders`. @default - everything */
  readonly only?: readonly string[];
}

/** What every database of RDS can state. */
export interface RdsBackupSettings {
  /** Row of the protection matrix. @default "postgres" */
  readonly kind?: AssetKind;
  /** Region of the database. @default - that of a plain ARN, or `aws:region` of the stack */
  readonly region?: string;
  /** Account of the database, part of its location. @default "default" */
  readonly account?: string;
  /** Backup window as the database has it, for checks: `hh:mm-hh:mm` in UTC, 30 minutes or more. @default - not checked */
  readonly backupWindow?: string;
  /** Maintenance window as the database has it, for checks: `ddd:hh:mm-ddd:hh:mm` in UTC. @default - not checked */
  readonly maintenanceWindow?: string;
  /** Automated backups in another region; instances only. @default - none */
  readonly replication?: BackupReplication;
  /** Keeps the classes that RDS cannot: those past 35 days. @default - none */
  readonly longTerm?: LongTermBackups;
  /** Exports snapshots to S3. @default - none */
  readonly exportTo?: SnapshotExport;
  /**
   * Makes the `restore` and `smoke` tests of the environment's protection, each by a RestoreTesting, from what `longTerm`
   * keeps: AWS Backup restores its own recovery points, not the automated backups of RDS, whose `pitr` test stays open.
   * Each restore is billed, and production asks one a day: override `protection.restoreTests` where the newest long-term
   * backup changes once a month.
   * @default - none: the plan says which are missing
   */
  readonly restoreTesting?: DatabaseRestoreTests;
  /** ARN of the SNS topic for events of the database. @default - none */
  readonly eventTopicArn?: Input<string>;
  /**
   * ARN of the SNS topic of the database's region that is told when the latest moment that RDS can restore, or the newest
   * long-term backup, is older than the plan allows. A function of its own asks each hour.
   * @default - none
   */
  readonly alarmTopicArn?: Input<string>;
  /** Tags beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, Input<string>>>;
  /** Parts of the environment's protection that are overridden. */
  readonly protection?: ProtectionOverride;
}

/** Arguments of the component RdsBackups. */
export interface RdsBackupsArgs extends RdsBackupSettings {
  /** Decides retention and copies. */
  readonly environment: EnvironmentArgument;
  /** The instance; or give `cluster`. */
  readonly instance?: RdsInstance;
  /** The cluster; or give `instance`. */
  readonly cluster?: RdsCluster;
  /** Name of the asset in the plan. @default - the component's name */
  readonly asset?: string;
}

/** Keys of {@link RdsBackupSettings}, for refusing misspelt ones at run time. */
export const rdsSettingKeys = [
  "kind",
  "region",
  "account",
  "backupWindow",
  "maintenanceWindow",
  "replication",
  "longTerm",
  "exportTo",
  "restoreTesting",
  "eventTopicArn",
  "alarmTopicArn",
  "tags",
  "protection",
] as const satisfies readonly (keyof RdsBackupSettings)[];
