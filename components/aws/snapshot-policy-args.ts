import type { Input } from "@pulumi/pulumi";
import type { DurationText, ProtectionOverride } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";

/** Copies of every snapshot in another region. */
export interface SnapshotCopy {
  /** The region of the copies, another than the volumes'. */
  readonly region: string;
  /** ARN of a KMS key of that region. @default - the region's default key of EBS; copies are always encrypted */
  readonly kmsKeyArn?: Input<string>;
  /** How long the copies are kept, the same for every class. @default - as long as the snapshots of their class */
  readonly retention?: DurationText;
}

/** Scripts before and after the snapshots of an instance, by Systems Manager. */
export interface SnapshotScripts {
  /** Name or ARN of the SSM document, or `"AWS_VSS_BACKUP"` for consistent snapshots of Windows. */
  readonly handler: string;
  /** When the document is run; not for `AWS_VSS_BACKUP`. @default ["PRE", "POST"] */
  readonly stages?: readonly ("PRE" | "POST")[];
  /** Seconds after which a script has failed, 1 to 120. @default 10 (the service's) */
  readonly timeoutSeconds?: number;
  /** Further attempts, 1 to 3. @default - none */
  readonly retries?: number;
  /** Make the snapshot although a script failed: it is then only crash consistent. @default false */
  readonly snapshotOnFailure?: boolean;
}

/** What a policy snapshots, and where the snapshots go. */
export interface SnapshotTargets {
  /**
   * Tags of what is snapshotted; a resource that has any of them counts. Two policies of one region and account cannot
   * share one.
   */
  readonly targetTags: Readonly<Record<string, string>>;
  /**
   * Snapshot tagged volumes, or all volumes of tagged instances at one moment. Changing it replaces the policy: the
   * snapshots of the old one are no longer expired.
   * @default "volumes"
   */
  readonly of?: "volumes" | "instances";
  /** Region of the volumes; changing it replaces the policy. @default - `aws:region` of the stack */
  readonly region?: string;
  /** Account of the snapshots, part of their location; the provider decides where it really is. @default "default" */
  readonly account?: string;
  /** Copies in other regions, at most 3. @default [] */
  readonly copies?: readonly SnapshotCopy[];
  /** ARNs of the KMS keys that encrypt the volumes; the policy's own role may then use them. @default [] */
  readonly volumeKeyArns?: readonly Input<string>[];
  /** Copy the tags of the volume. Changing it replaces the policy. @default true */
  readonly copyTags?: boolean;
  /** Availability zones in which new snapshots restore at full speed, at most 10; each is billed by the hour. @default [] */
  readonly fastRestoreZones?: readonly string[];
  /**
   * Age at which monthly and yearly snapshots move to the archive tier for the rest of their retention, which must be
   * 90 days or more. Volumes only; archived snapshots take up to 72 hours to restore.
   * @default - never
   */
  readonly archiveAfter?: DurationText;
  /** Scripts before and after; instances only. @default - none: snapshots are crash consistent */
  readonly scripts?: SnapshotScripts;
  /** Leave out the volume that the instance starts from; instances only. @default false */
  readonly excludeBootVolume?: boolean;
  /** Role of the policy. @default - one of its own with the service's managed policy */
  readonly roleArn?: Input<string>;
  /**
   * ARN of the SNS topic of the volumes' region that is told of snapshots that failed or are missing for longer than the
   * plan allows, such as the `topicArn` of a BackupAlarms.
   * @default - none
   */
  readonly alarmTopicArn?: Input<string>;
  /** Tags of the policy and its role beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, Input<string>>>;
  /** Parts of the environment's `volume` protection that are overridden. */
  readonly protection?: ProtectionOverride;
}

/** Arguments of the component SnapshotPolicy. */
export interface SnapshotPolicyArgs extends SnapshotTargets {
  /** Decides frequency, retention and copies. */
  readonly environment: EnvironmentArgument;
  /** Name of the asset in the plan. @default - the component's name */
  readonly asset?: string;
}

/** Keys of {@link SnapshotTargets}, for refusing misspelt ones at run time. */
export const snapshotTargetKeys = [
  "targetTags",
  "of",
  "region",
  "account",
  "copies",
  "volumeKeyArns",
  "copyTags",
  "fastRestoreZones",
  "archiveAfter",
  "scripts",
  "excludeBootVolume",
  "roleArn",
  "alarmTopicArn",
  "tags",
  "protection",
] as const satisfies readonly (keyof SnapshotTargets)[];
