import type { Input } from "@pulumi/pulumi";
import type { AssetKind, ProtectionOverride } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";
import type { SecretKeyReference } from "../shared/input.js";
import type { BackupStore } from "../shared/store.js";
import type { RepositoryPassword } from "./velero-repository-password.js";

/**
 * How volumes are backed up beside the objects: not at all; by snapshots, which stay in the storage system and are no
 * copy elsewhere; by snapshots whose data is moved into the stores (needs the node agent and CSI); or by reading the
 * files of running pods (needs the node agent and a privileged namespace).
 */
export type VeleroVolumes = "none" | "snapshots" | "moved-snapshots" | "files";

/** What is done with the volumes that meet all conditions; the first policy that fits decides. */
export interface VeleroVolumePolicy {
  /** Velero's own conditions. */
  readonly conditions: {
    /** Range of sizes, one end may be left out: `"10Gi,100Gi"`. */
    readonly capacity?: string;
    /** Names of StorageClasses. */
    readonly storageClass?: readonly string[];
    /** A CSI driver. */
    readonly csi?: {
      /** Name of the driver: `ebs.csi.aws.com`. */
      readonly driver: string;
    };
    /** An NFS server or path. */
    readonly nfs?: {
      /** Host of the server. @default - any */
      readonly server?: string;
      /** Exported path. @default - any */
      readonly path?: string;
    };
    /** Types of volume: `"emptyDir"`. */
    readonly volumeTypes?: readonly string[];
    /** Labels of the claim; Velero 1.17 and newer. */
    readonly pvcLabels?: Readonly<Record<string, string>>;
  };
  /** Leave out, snapshot, or read the files. */
  readonly action: "skip" | "snapshot" | "fs-backup";
}

/** What Velero needs to know of a store beside what the store itself says. */
export interface VeleroLocation {
  /** Secret in Velero's namespace with the plugin's credentials file; key `"cloud"`. @default - Velero's own identity */
  readonly credential?: SecretKeyReference;
  /** Settings of the plugin, all of them texts: `{ kmsKeyId: "..." }`. They override those derived from the store. @default {} */
  readonly config?: Readonly<Record<string, Input<string>>>;
  /** Certificate authorities of the store's server, PEM in base64. @default - the system's */
  readonly caCert?: Input<string>;
  /**
   * Days for which the bucket locks what is written without a lock of its own; 0 where it has no such default. Velero
   * sets no lock itself.
   * @default - unknown where the store can lock, else 0
   */
  readonly defaultLockDays?: number;
}

/** A snapshot service that Velero calls itself, without CSI. */
export interface VeleroSnapshotLocation {
  /** Name of the plugin: `"aws"`, `"gcp"`, `"azure"`. */
  readonly provider: string;
  /** Settings of the plugin: `{ region: "eu-west-1" }`. @default {} */
  readonly config?: Readonly<Record<string, Input<string>>>;
  /** Secret in Velero's namespace with the plugin's credentials file; key `"cloud"`. @default - Velero's own identity */
  readonly credential?: SecretKeyReference;
}

/** What Velero backs up, and how. */
export interface VeleroBackedUp {
  /** Namespaces; `*` may stand for letters from Velero 1.18 on. @default - all */
  readonly namespaces?: readonly string[];
  /** Namespaces that are left out. @default [] */
  readonly excludedNamespaces?: readonly string[];
  /** Only objects with all of these labels. @default {} */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** Resources that are left out, as `plural.group`. @default [] */
  readonly excludedResources?: readonly string[];
  /** Back up objects outside of namespaces. @default - those that the chosen namespaces need (Velero's rule) */
  readonly includeClusterResources?: boolean;
  /**
   * Velero does not encrypt objects: Secrets lie in the bucket in clear. `kubernetes.ObjectsBackup` seals them.
   * @default "excluded"
   */
  readonly secrets?: "excluded" | "included";
  /** @default "none" */
  readonly volumes?: VeleroVolumes;
  /** Exceptions by volume, the first that fits decides. @default [] */
  readonly volumePolicies?: readonly VeleroVolumePolicy[];
  /**
   * Row of the protection matrix.
   * @default `"volume"` where the data of volumes goes into the stores, else `"kubernetes-objects"`
   */
  readonly kind?: AssetKind;
  /** Settings of the stores, by their names. @default {} */
  readonly locations?: Readonly<Record<string, VeleroLocation>>;
  /** Snapshot services without CSI, by name; only with `volumes: "snapshots"`. @default {} - CSI */
  readonly snapshotLocations?: Readonly<Record<string, VeleroSnapshotLocation>>;
  /**
   * Password of the repositories of volume data, a secret output; it becomes the Secret `velero-repo-credentials` and is
   * never changed again, because what was written could not be read any more. `"existing"` says that you have made that
   * Secret before Velero first started: Velero itself makes one with a password that is the same everywhere.
   * Needed where volume data goes into the stores.
   */
  readonly repositoryPassword?: RepositoryPassword;
  /** Namespace of Velero. @default "velero" */
  readonly veleroNamespace?: string;
  /** First part of the names in Velero's namespace; changing it replaces them. @default - the component's name */
  readonly scheduleName?: string;
  /** Files of one volume that are uploaded at the same time. @default - Velero's own */
  readonly parallelFilesUpload?: number;
  /** Minutes that a CSI snapshot may take. @default 10 (Velero) */
  readonly csiSnapshotTimeoutMinutes?: number;
  /** Hours that moving data may take. @default 4 (Velero) */
  readonly itemOperationTimeoutHours?: number;
  /** Let `pulumi up` wait until Velero can reach every store and has accepted every schedule. @default true */
  readonly waitForStores?: boolean;
  /** Labels of every object beside the library's own. @default {} */
  readonly labels?: Readonly<Record<string, Input<string>>>;
  /** Parts of the environment's protection that are overridden. */
  readonly protection?: ProtectionOverride;
}

/** Arguments of the component VeleroSchedules. */
export interface VeleroSchedulesArgs extends VeleroBackedUp {
  /** The environment, or the name of a built-in one. Decides frequency, retention and copies. */
  readonly environment: EnvironmentArgument;
  /** Buckets of the copies, in order; as a list they go by their own names. */
  readonly stores: readonly BackupStore[] | Readonly<Record<string, BackupStore>>;
  /** Name of the asset, part of the prefix in every bucket. @default - the component's name */
  readonly asset?: string;
}

/** Keys of {@link VeleroBackedUp}, for refusing misspelt ones at run time. */
export const veleroBackedUpKeys = [
  "namespaces",
  "excludedNamespaces",
  "matchLabels",
  "excludedResources",
  "includeClusterResources",
  "secrets",
  "volumes",
  "volumePolicies",
  "kind",
  "locations",
  "snapshotLocations",
  "repositoryPassword",
  "veleroNamespace",
  "scheduleName",
  "parallelFilesUpload",
  "csiSnapshotTimeoutMinutes",
  "itemOperationTimeoutHours",
  "waitForStores",
  "labels",
  "protection",
] as const satisfies readonly (keyof VeleroBackedUp)[];
