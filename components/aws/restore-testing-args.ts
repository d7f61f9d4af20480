import type { Input } from "@pulumi/pulumi";
import type { Frequency } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";
import type { BackupVaultTarget } from "./backup-vault-args.js";

/** Types of resources that AWS Backup can restore for a test. */
export const restoreTestedTypes = [
  "Aurora",
  "DocumentDB",
  "DynamoDB",
  "EBS",
  "EC2",
  "EFS",
  "FSx",
  "Neptune",
  "RDS",
  "S3",
] as const;

/** What of one type is restored, and how. */
export interface RestoreTestSelection {
  /** Type of the resources. */
  readonly type: (typeof restoreTestedTypes)[number];
  /** ARNs of what is restored. @default - everything of this type that has a recovery point in the vaults */
  readonly resources?: readonly Input<string>[];
  /** Only resources with all of these tags; not together with `resources`. @default {} */
  readonly allTags?: Readonly<Record<string, string>>;
  /**
   * What the restore needs beside the recovery point, in AWS Backup's own words: an RDS instance without a default VPC
   * needs `dbSubnetGroupName`.
   * @default {}
   */
  readonly restoreMetadata?: Readonly<Record<string, string>>;
  /** Hours in which the restored resource is kept for its check, 0 to 168; it is billed meanwhile. @default 4 with a check, else 0 */
  readonly validationWindowHours?: number;
}

/** Checks what was restored, and says so to AWS Backup. */
export interface RestoreValidation {
  /**
   * ARN of your Lambda function that looks into the restored resource. It is given `createdResourceArn`, `resourceType`,
   * `recoveryPointArn` and `restoreJobId`; the restore counts as FAILED when it throws, and as SUCCESSFUL otherwise.
   */
  readonly checkFunctionArn: Input<string>;
  /** Seconds that the check may take, 1 to 840. @default 300 */
  readonly timeoutSeconds?: number;
  /** ARN of the SNS topic that hears of a failed check. @default - none */
  readonly topicArn?: Input<string>;
}

/** How recovery points are restored and checked. */
export interface RestoreTestSettings {
  /** Hours in which the restores begin, 1 to 168. @default 24 */
  readonly startWindowHours?: number;
  /** The newest recovery point, or any, of the last days. @default "latest" */
  readonly pick?: "latest" | "random";
  /** Days among whose recovery points it is picked, 1 to 365. @default 30; beside a plan that runs less often, twice its longest gap */
  readonly fromLastDays?: number;
  /** Checks what was restored. @default - none: a restore that is made proves that there is something, not what */
  readonly validation?: RestoreValidation;
  /** Role of the restores; it must be able to use the keys of the vaults. @default - one of its own */
  readonly roleArn?: Input<string>;
}

/** Restore tests of what AWS Backup protects: one RestoreTesting for each test that the environment's protection asks. */
export interface ResourceRestoreTests extends RestoreTestSettings {
  /** What is restored, by name. A `pitr` test restores those of Aurora, RDS and S3 to a moment, the others none. */
  readonly selections: Readonly<Record<string, RestoreTestSelection>>;
}

/** Restore tests of a database: one RestoreTesting for each `restore` and `smoke` test that the environment's protection asks. */
export interface DatabaseRestoreTests extends RestoreTestSettings {
  /** What AWS Backup calls it: a Multi-AZ cluster that is not Aurora is `"RDS"` too. @default "RDS" for instances, "Aurora" for clusters */
  readonly type?: "Aurora" | "RDS";
  /** What the restore needs beside the recovery point: without a default VPC, `dbSubnetGroupName`. @default {} */
  readonly restoreMetadata?: Readonly<Record<string, string>>;
  /** Hours in which the restored database is kept for its check, 0 to 168; it is billed meanwhile. @default 4 with a check, else 0 */
  readonly validationWindowHours?: number;
}

/** Arguments of the component RestoreTesting. */
export interface RestoreTestingArgs extends RestoreTestSettings {
  /** Decides what a destroy may do. */
  readonly environment: EnvironmentArgument;
  /** Vaults whose recovery points are restored; all of one region. */
  readonly vaults: readonly BackupVaultTarget[];
  /** What is restored, by name. */
  readonly selections: Readonly<Record<string, RestoreTestSelection>>;
  /** How often. Each restore is billed. @default "1 week" */
  readonly every?: Frequency;
  /** Restore snapshots, continuous backups to a moment (Aurora, RDS and S3), or whichever is picked. @default "any" */
  readonly recoveryPoints?: "any" | "snapshots" | "continuous";
  /** Tags beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}

/** Keys of {@link RestoreTestSettings}, for refusing misspelt ones at run time. */
export const restoreTestSettingKeys = [
  "startWindowHours",
  "pick",
  "fromLastDays",
  "validation",
  "roleArn",
] as const satisfies readonly (keyof RestoreTestSettings)[];
