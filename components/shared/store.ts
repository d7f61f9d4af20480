import type { Input } from "@pulumi/pulumi";
import type { PlannedAsset, StoreDeclaration } from "../model/index.js";

/**
 * Where artefacts can lie. Every store component implements this; a stack may also implement it for a store that
 * exists already.
 */
export interface BackupStore {
  /** Name in the plan when the store is given in a list. */
  readonly name: string;
  /** What the plan needs to know. */
  readonly declaration: StoreDeclaration;
  /** How an agent reaches it. */
  readonly access: StoreAccess;
  /**
   * Ages in whole days at which rules of the store itself delete artefacts, which the agent tags with the age that
   * they are kept. Absent where the agent prunes.
   */
  readonly expiresAfterDays?: readonly number[];
}

/** A volume that holds a folder, mounted into the agent's pod. */
export interface FolderAccess {
  /** Tells the store. */
  readonly kind: "folder";
  /** PersistentVolumeClaim in the namespace of the backup job. */
  readonly claimName: Input<string>;
  /** Namespace of the claim, the only one whose pods can mount it. @default - unknown */
  readonly namespace?: Input<string>;
  /** First part of every object name. @default "" */
  readonly prefix?: string;
}

/** A bucket, reached over the network. */
export interface S3Access {
  /** Tells the store. */
  readonly kind: "s3";
  /** Name of the bucket. */
  readonly bucket: Input<string>;
  /** Region of the bucket. */
  readonly region: Input<string>;
  /** First part of every object name. @default "" */
  readonly prefix?: string;
  /** URL of a server other than AWS. @default - the public endpoint of the region */
  readonly endpoint?: Input<string>;
  /** Seconds after which the agent gives up a connection on which nothing moves, and tries anew; whole, above 0. @default 120 */
  readonly idleTimeoutSeconds?: number;
  /** `https://host/bucket/key` in place of `https://bucket.host/key`. @default false */
  readonly forcePathStyle?: boolean;
  /**
   * Secret in the namespace of the backup job with the keys `accessKeyId` and `secretAccessKey`.
   * @default - workload identity of the job's service account
   */
  readonly credentialsSecret?: Input<string>;
}

/**
 * A bucket of Google Cloud Storage. Its lifecycle needs one rule, `Delete` at `daysSinceCustomTime: 1`: the agent sets
 * each object's custom time to the moment from which it may go. A lock needs a bucket with object retention.
 */
export interface GcsAccess {
  /** Tells the store. */
  readonly kind: "gcs";
  /** Name of the bucket. */
  readonly bucket: Input<string>;
  /** First part of every object name. @default "" */
  readonly prefix?: string;
  /** URL of a server other than Google's. @default - the public endpoint */
  readonly endpoint?: Input<string>;
  /** Seconds after which the agent gives up a connection on which nothing moves, and tries anew; whole, above 0. @default 120 */
  readonly idleTimeoutSeconds?: number;
  /**
   * Secret in the namespace of the backup job with the key `credentials.json`: a service account's key, or the
   * configuration of a workload identity federation.
   * @default - workload identity of the job's service account
   */
  readonly credentialsSecret?: Input<string>;
}

/**
 * A container of Azure Blob Storage. Lifecycle rules find the agent's blobs by the index tag of their age. A lock needs
 * a container with version-level immutability. Workload identity needs the label `azure.workload.identity/use: "true"`
 * on the backup's pods, and the annotation `azure.workload.identity/client-id` on their service account.
 */
export interface AzureAccess {
  /** Tells the store. */
  readonly kind: "azure";
  /** Name of the storage account. */
  readonly account: Input<string>;
  /** Name of the container. */
  readonly container: Input<string>;
  /** First part of every object name. @default "" */
  readonly prefix?: string;
  /** URL of the account's blobs in another cloud. @default - `https://<account>.blob.core.windows.net` */
  readonly endpoint?: Input<string>;
  /** Seconds after which the agent gives up a connection on which nothing moves, and tries anew; whole, above 0. @default 120 */
  readonly idleTimeoutSeconds?: number;
  /** Client id of the managed identity, where the machine has several. @default - the only one */
  readonly clientId?: Input<string>;
  /**
   * Secret in the namespace of the backup job with the key `connectionString`.
   * @default - workload identity of the job's service account
   */
  readonly credentialsSecret?: Input<string>;
}

/** How an agent reaches a store. */
export type StoreAccess = FolderAccess | S3Access | GcsAccess | AzureAccess;

/** The kinds of store that an agent can write to. */
export type AgentStoreKind = StoreAccess["kind"];

/** The stores of an asset's copies, by their names in the plan. */
export function storesOf(
  asset: PlannedAsset,
  stores: Readonly<Record<string, BackupStore>>,
): Record<string, BackupStore> {
  return Object.fromEntries(
    asset.copies.flatMap(({ store }) => (stores[store] === undefined ? [] : [[store, stores[store]]])),
  );
}
