import type { Input } from "@pulumi/pulumi";
import type { Plan } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";
import type { BackupVaultTarget } from "./backup-vault-args.js";
import type { RdsCluster, RdsInstance } from "./rds-backups-args.js";

/** Whose age is watched. */
export interface WatchedPlan {
  /** The plan of the component that makes them (`files.plan`), or of a strategy: how old the newest may be is read from it. */
  readonly plan: Plan;
  /** Name of the asset in the plan. @default - the one that bears least */
  readonly asset?: string;
}

/** Backups by AWS Backup that are watched. */
export interface WatchedJobs extends WatchedPlan {
  /** The vault that they go to; metrics are counted by vault. */
  readonly vault: BackupVaultTarget;
  /**
   * Type of resource as AWS Backup names it: `RDS`, `EBS`, `S3`. Give it where several plans fill one vault, or one
   * of them hides the silence of another.
   * @default - any
   */
  readonly resourceType?: string;
  /**
   * Id of the plan of AWS Backup (`files.planId`): a function then asks for the age of the newest backup of this plan
   * alone, where metrics count by vault.
   * @default - the metrics of the vault; what may be older than the 7 days that CloudWatch looks back is asked of the vault
   */
  readonly planId?: Input<string>;
}

/** Snapshots by Data Lifecycle Manager that are watched. */
export interface WatchedSnapshots extends WatchedPlan {
  /** Id of the policy. */
  readonly policyId: Input<string>;
}

/** Automated backups of RDS that are watched: how old the latest moment is that can be restored. */
export interface WatchedDatabase extends WatchedPlan {
  /** The instance; or give `cluster`. */
  readonly instance?: RdsInstance;
  /** The cluster; or give `instance`. */
  readonly cluster?: RdsCluster;
}

/** A channel of Slack, which an administrator has connected to the account before. */
export interface SlackChannel {
  /** Id of the workspace: `T012AB3CD`. */
  readonly workspaceId: string;
  /** Id of the channel: `C012AB3CD`. */
  readonly channelId: string;
}

/** Arguments of the component BackupAlarms. */
export interface BackupAlarmsArgs {
  /** Decides what a destroy may do. */
  readonly environment: EnvironmentArgument;
  /** Region of the vaults and policies: each region has events and metrics of its own. @default - `aws:region` of the stack */
  readonly region?: string;
  /** Backups by AWS Backup, by name. Without jobs, snapshots and databases only events are told. @default {} */
  readonly jobs?: Readonly<Record<string, WatchedJobs>>;
  /** Policies of Data Lifecycle Manager, by name. @default {} */
  readonly snapshots?: Readonly<Record<string, WatchedSnapshots>>;
  /** Databases whose own backups are watched, by name. @default {} */
  readonly databases?: Readonly<Record<string, WatchedDatabase>>;
  /** Addresses for e-mail; each must confirm its subscription. @default [] */
  readonly emails?: readonly string[];
  /** A channel of Slack. @default - none */
  readonly slack?: SlackChannel;
  /**
   * ARN of a topic that exists, in place of one of its own; its policy must let EventBridge, CloudWatch, AWS Backup and
   * RDS publish.
   * @default - a topic of its own
   */
  readonly topicArn?: Input<string>;
  /** Encrypts the component's own topic with a KMS key of its own, that the services may use. @default false */
  readonly ownKey?: boolean;
  /**
   * Also tells who deletes recovery points, locks, policies and plans, as CloudTrail has it; needs a trail of management
   * events in the region.
   * @default true
   */
  readonly tampering?: boolean;
  /** Namespace of the metrics of Data Lifecycle Manager, which AWS's own documents name in two ways. @default "AWS/EBS" */
  readonly snapshotMetricNamespace?: string;
  /** Tags beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}
