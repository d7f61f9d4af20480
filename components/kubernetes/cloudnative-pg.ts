import { CustomResource, CustomResourcePatch } from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAsset } from "../model/index.js";
import { kubernetesName } from "../shared/names.js";
import type { BackupStore } from "../shared/store.js";
import { purposeLabels } from "./backup-cron-job.js";
import type { ArchivedPostgres, CloudNativePgCluster } from "./postgres-wal-args.js";

const plugin = "barman-cloud.cloudnative-pg.io";

/** Part of a Cluster's spec that makes it archive into an ObjectStore. */
export interface ClusterPlugins {
  /** The Barman Cloud plugin. */
  readonly plugins: readonly {
    /** Name under which the operator knows the plugin. */
    readonly name: string;
    /** The plugin archives the write-ahead log; one of a cluster does. */
    readonly isWALArchiver: boolean;
    /** `barmanObjectName`: the ObjectStore. */
    readonly parameters: Readonly<Record<string, string>>;
  }[];
}

/** What a Cluster declares to archive into an ObjectStore, to spread into its spec. */
export function clusterPlugins(objectStore: string): ClusterPlugins {
  return { plugins: [{ name: plugin, isWALArchiver: true, parameters: { barmanObjectName: objectStore } }] };
}

/** Where a new Cluster is restored from. */
export interface CloudNativePgRecovery {
  /** Name of the ObjectStore, in the namespace of the new Cluster. */
  readonly objectStore: string;
  /** Name of the Cluster whose archive it is. */
  readonly sourceCluster: string;
  /** Moment to restore: `"2026-11-21T10:00:00Z"`. @default - the end of the archive */
  readonly targetTime?: string;
}

/**
 * Part of the spec of a new Cluster that restores an archive, to spread: PITR never changes a Cluster that is there. The
 * new one needs another name and its own archive.
 *
 * @example
 * const spec = { instances: 1, ...cloudNativePgRecovery({ objectStore: "orders", sourceCluster: "orders" }) };
 */
export function cloudNativePgRecovery(args: CloudNativePgRecovery): Readonly<Record<string, unknown>> {
  const { objectStore, sourceCluster, targetTime } = args;
  const recoveryTarget = targetTime === undefined ? undefined : { targetTime };
  return {
    bootstrap: { recovery: { source: sourceCluster, ...(recoveryTarget === undefined ? {} : { recoveryTarget }) } },
    externalClusters: [
      {
        name: sourceCluster,
        plugin: { name: plugin, parameters: { barmanObjectName: objectStore, serverName: sourceCluster } },
      },
    ],
  };
}

/** The ObjectStore, its ScheduledBackup and, where it is wanted, the patch of the Cluster. */
export function archiveByCloudNativePg(
  name: string,
  args: ArchivedPostgres,
  tool: CloudNativePgCluster,
  planned: PlannedAsset,
  [store]: readonly BackupStore[],
  folder: string,
  options: pulumi.CustomResourceOptions,
): string {
  const { namespace } = args;
  const objectStore = kubernetesName(name);
  const metadata = { name: objectStore, namespace, labels: purposeLabels("backup", planned.name, args.labels) };
  const made = new CustomResource(
    `${name}-store`,
    {
      apiVersion: "barmancloud.cnpg.io/v1",
      kind: "ObjectStore",
      metadata,
      spec: {
        configuration: store === undefined ? {} : configuration(store, tool, folder),
        // A recovery window: base backups, and the log since the oldest of them that is needed.
        retentionPolicy: `${planned.retention.pitrDays ?? 1}d`,
        ...(store === undefined ? {} : sidecar(store)),
      },
    },
    options,
  );
  new CustomResource(
    name,
    {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "ScheduledBackup",
      metadata,
      spec: {
        // Six fields: the seconds come first.
        schedule: `0 ${planned.schedule.cron ?? ""}`,
        cluster: { name: tool.cluster },
        method: "plugin",
        pluginConfiguration: { name: plugin },
        target: tool.target ?? "prefer-standby",
        // Without a base backup the log is of no use.
        immediate: true,
        suspend: false,
        // Owned ones would go with the schedule, and the catalogue of the cluster with them.
        backupOwnerReference: "none",
      },
    },
    { ...options, dependsOn: [made] },
  );
  if (tool.patchCluster === true)
    new CustomResourcePatch(
      `${name}-cluster`,
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Cluster",
        metadata: { name: tool.cluster, namespace },
        spec: clusterPlugins(objectStore),
      },
      { ...options, dependsOn: [made], protect: undefined },
    );
  return objectStore;
}

function configuration(store: BackupStore, tool: CloudNativePgCluster, folder: string): Record<string, unknown> {
  const { access } = store;
  if (access.kind !== "s3") throw new Error("a store that is no bucket of S3 came past the rules");
  const { credentialsSecret: secret, endpoint } = access;
  const asked = tool.encryption ?? (endpoint === undefined ? "AES256" : "bucket");
  const encryption = asked === "bucket" ? {} : { encryption: asked };
  const prefix = [access.prefix ?? "", folder].map((part) => part.replace(/^\/+|\/+$/g, "")).filter(Boolean);
  return {
    destinationPath: pulumi.interpolate`s3://${access.bucket}/${prefix.join("/")}`,
    ...(endpoint === undefined ? {} : { endpointURL: endpoint }),
    s3Credentials:
      secret === undefined
        ? { inheritFromIAMRole: true }
        : {
            accessKeyId: { name: secret, key: "accessKeyId" },
            secretAccessKey: { name: secret, key: "secretAccessKey" },
          },
    wal: { compression: tool.walCompression ?? "gzip", ...encryption },
    data: { compression: tool.dataCompression ?? "gzip", jobs: tool.jobs ?? 2, ...encryption },
  };
}

/** The region can only be given through the sidecar's environment, or else as a Secret. */
function sidecar({ access }: BackupStore): Record<string, unknown> {
  if (access.kind !== "s3") return {};
  return { instanceSidecarConfiguration: { env: [{ name: "AWS_DEFAULT_REGION", value: access.region }] } };
}
