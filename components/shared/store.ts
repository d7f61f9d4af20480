import type { Input } from "@pulumi/pulumi";
import type { FolderAgentStore, PlannedAsset, S3AgentStore, StoreDeclaration } from "../model/index.js";

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
  /** `https://host/bucket/key` in place of `https://bucket.host/key`. @default false */
  readonly forcePathStyle?: boolean;
  /**
   * Secret in the namespace of the backup job with the keys `accessKeyId` and `secretAccessKey`.
   * @default - workload identity of the job's service account
   */
  readonly credentialsSecret?: Input<string>;
}

/** How an agent reaches a store. */
export type StoreAccess = FolderAccess | S3Access;

/** The kinds of store that an agent can write to. */
export type AgentStoreKind = FolderAgentStore["kind"] | S3AgentStore["kind"];

/** The stores of an asset's copies, by their names in the plan. */
export function storesOf(
  asset: PlannedAsset,
  stores: Readonly<Record<string, BackupStore>>,
): Record<string, BackupStore> {
  return Object.fromEntries(
    asset.copies.flatMap(({ store }) => (stores[store] === undefined ? [] : [[store, stores[store]]])),
  );
}
