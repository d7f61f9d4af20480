import type { Input } from "@pulumi/pulumi";
import type { AssetKind, DurationText, ProtectionOverride } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";
import type { BackupVaultTarget } from "./backup-vault-args.js";
import type { ResourceRestoreTests } from "./restore-testing-args.js";

/** Copies of every recovery point in another vault. */
export interface VaultCopy {
  /** The vault of the copies, of another region or account. */
  readonly vault: BackupVaultTarget;
  /** How long copies are kept, counted from the backup, the same for every class. @default - as long as the originals */
  readonly retention?: DurationText;
}

/** What AWS Backup protects, and where its recovery points go. */
export interface BackedUpResources {
  /** The vault; the plan lies in its region. */
  readonly vault: BackupVaultTarget;
  /**
   * Row of the protection matrix: `"volume"` for EBS, EFS and EC2, `"postgres"` for databases, `"object-store"` for S3.
   * @default "volume"
   */
  readonly kind?: AssetKind;
  /** ARNs of what is backed up, at most 500; a `*` may stand at the end, then at most 30. @default - any, where tags are given */
  readonly resources?: readonly Input<string>[];
  /** ARNs that are left out. @default [] */
  readonly notResources?: readonly Input<string>[];
  /** Resources with any of these tags; upper and lower case differ. At most 30. @default {} */
  readonly anyTags?: Readonly<Record<string, string>>;
  /** Only resources with all of these tags. @default {} */
  readonly allTags?: Readonly<Record<string, string>>;
  /** Copies in other vaults, at most 5. @default [] */
  readonly copies?: readonly VaultCopy[];
  /**
   * Minutes in which a job may wait for its turn, from 60. Windows of two classes must not touch: at a shared moment the
   * longer retention wins.
   * @default 480, or the shortest time between two runs where that is less
   */
  readonly startWindowMinutes?: number;
  /** Minutes after which a job that is not done has expired, more than the start window. @default 10080 (7 days) */
  readonly completionWindowMinutes?: number;
  /**
   * Restore to any moment, by continuous backup of RDS, Aurora, S3 and SAP HANA. AWS Backup then owns the backup
   * retention and window of the database: leave both out of its arguments.
   * @default true where the environment asks for it
   */
  readonly continuous?: boolean;
  /**
   * Age at which recovery points move to cold storage; only of classes that stay there for 90 days or more, of volumes
   * only monthly and yearly ones. RDS, Aurora, S3 and EC2 have no cold storage.
   * @default - never
   */
  readonly coldStorageAfter?: DurationText;
  /** Consistent backups of Windows instances (VSS). @default false */
  readonly windowsVss?: boolean;
  /**
   * Says that AWS Backup is switched on for Aurora, Neptune or DocumentDB in the settings of the region: without that it
   * leaves them out silently even when they are named.
   * @default false
   */
  readonly optInAcknowledged?: boolean;
  /** Tags of every recovery point, at most 10. @default - the library's own */
  readonly recoveryPointTags?: Readonly<Record<string, string>>;
  /** Role of the jobs; it also deletes what has expired, so keep it. @default - one of its own */
  readonly roleArn?: Input<string>;
  /**
   * Makes the `restore`, `smoke` and `pitr` tests of the environment's protection, each by a RestoreTesting.
   * @default - none: the plan says which are missing
   */
  readonly restoreTesting?: ResourceRestoreTests;
  /**
   * ARN of the SNS topic of the vault's region that is told when the newest backup is older than the plan allows, such as
   * the `topicArn` of a BackupAlarms, which tells of failures. A function of its own asks each hour.
   * @default - none
   */
  readonly alarmTopicArn?: Input<string>;
  /** Tags of plan and role beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, Input<string>>>;
  /** Parts of the environment's protection that are overridden. */
  readonly protection?: ProtectionOverride;
}

/** Arguments of the component BackupPlan. */
export interface BackupPlanArgs extends BackedUpResources {
  /** Decides frequency, retention and copies. */
  readonly environment: EnvironmentArgument;
  /** Name of the asset in the plan. @default - the component's name */
  readonly asset?: string;
}

/** Keys of {@link BackedUpResources}, for refusing misspelt ones at run time. */
export const backedUpKeys = [
  "vault",
  "kind",
  "resources",
  "notResources",
  "anyTags",
  "allTags",
  "copies",
  "startWindowMinutes",
  "completionWindowMinutes",
  "continuous",
  "coldStorageAfter",
  "windowsVss",
  "optInAcknowledged",
  "recoveryPointTags",
  "roleArn",
  "restoreTesting",
  "alarmTopicArn",
  "tags",
  "protection",
] as const satisfies readonly (keyof BackedUpResources)[];
