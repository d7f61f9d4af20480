import type { Input } from "@pulumi/pulumi";
import type { ProtectionOverride } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";
import type { BackupStore } from "../shared/store.js";

/** Which volumes of Longhorn are backed up, and how. */
export interface LonghornVolumes {
  /**
   * Groups of volumes: those of a StorageClass or claim that names a group. `"default"` is every volume that names no
   * job and no group.
   * @default ["default"]
   */
  readonly groups?: readonly string[];
  /** Namespace of Longhorn. @default "longhorn-system" */
  readonly longhornNamespace?: string;
  /**
   * Name of the backup target. `"default"` is there with Longhorn, and is patched; any other is made, and volumes choose
   * it by `storageClassParameters`. Longhorn 1.8 and newer.
   * @default "default"
   */
  readonly targetName?: string;
  /**
   * Secret in Longhorn's namespace with `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where they apply,
   * `AWS_ENDPOINTS`, `AWS_CERT` and `AWS_IAM_ROLE_ARN`. Needed for a store with keys or an address of its own.
   * @default - the identity of the nodes
   */
  readonly credentialSecret?: Input<string>;
  /** Seconds between two looks at the target, from 60; 0 for none. @default 300 */
  readonly pollSeconds?: number;
  /**
   * Incremental backups between two full ones, from 0; only a full one replaces a block that was damaged in the store.
   * 0 makes none but the first.
   * @default 20
   */
  readonly fullBackupInterval?: number;
  /**
   * Back up volumes that have no new data too. Without it their newest backup grows old, and alarms go off.
   * @default true
   */
  readonly backUpUnchanged?: boolean;
  /** Volumes that one job backs up at the same time, from 1. @default 2 */
  readonly concurrency?: number;
  /** Longhorn's setting `recurring-job-max-retention`, 1 to 250: no job may keep more backups. @default 100 (Longhorn's own) */
  readonly maxRetention?: number;
  /** Days for which the bucket locks what is written; must be 0. @default - unknown where the store can lock, else 0 */
  readonly defaultLockDays?: number;
  /** First part of the jobs' names; changing it replaces them. @default - the component's name */
  readonly jobName?: string;
  /**
   * Labels of a PrometheusRule that warns of old, failed and missing backups and of a target that is away; needs the
   * Prometheus operator. `{ release: "..." }` is what it usually selects by.
   * @default - no rule
   */
  readonly alertLabels?: Readonly<Record<string, Input<string>>>;
  /** Labels of every object beside the library's own. @default {} */
  readonly labels?: Readonly<Record<string, Input<string>>>;
  /** Parts of the environment's `volume` protection that are overridden. */
  readonly protection?: ProtectionOverride;
}

/** Arguments of the component LonghornBackups. */
export interface LonghornBackupsArgs extends LonghornVolumes {
  /** The environment, or the name of a built-in one. Decides frequency and retention. */
  readonly environment: EnvironmentArgument;
  /** The one bucket of the backup target, as a list or map of one. */
  readonly stores: readonly BackupStore[] | Readonly<Record<string, BackupStore>>;
  /** Name of the asset, part of the path in the bucket. @default - the component's name */
  readonly asset?: string;
}

/** Keys of {@link LonghornVolumes}, for refusing misspelt ones at run time. */
export const longhornVolumesKeys = [
  "groups",
  "longhornNamespace",
  "targetName",
  "credentialSecret",
  "pollSeconds",
  "fullBackupInterval",
  "backUpUnchanged",
  "concurrency",
  "maxRetention",
  "defaultLockDays",
  "jobName",
  "alertLabels",
  "labels",
  "protection",
] as const satisfies readonly (keyof LonghornVolumes)[];
