import type { Input } from "@pulumi/pulumi";
import type { BackupStore } from "../shared/store.js";
import type { VeleroLocation } from "./velero-schedules-args.js";

/** Spec of a BackupStorageLocation. */
export interface StorageLocationSpec {
  readonly provider: string;
  readonly accessMode: "ReadWrite";
  readonly objectStorage: { readonly bucket: Input<string>; readonly prefix: string; readonly caCert?: Input<string> };
  readonly config: Readonly<Record<string, Input<string>>>;
  readonly credential?: { readonly name: Input<string>; readonly key: string };
}

/** How Velero reaches a bucket. Every asset has a folder of its own in it, so that no two locations share backups. */
export function storageLocation(
  store: BackupStore,
  settings: VeleroLocation | undefined,
  folder: string,
): StorageLocationSpec {
  const { access } = store;
  if (access.kind === "folder") throw new Error("Velero cannot write to a folder");
  const prefix = (access.prefix ?? "").replace(/^\/+|\/+$/g, "");
  const { credential } = settings ?? {};
  return {
    provider: "aws",
    accessMode: "ReadWrite",
    objectStorage: {
      bucket: access.bucket,
      prefix: prefix === "" ? folder : `${prefix}/${folder}`,
      caCert: settings?.caCert,
    },
    config: {
      region: access.region,
      ...(access.forcePathStyle === true ? { s3ForcePathStyle: "true" } : {}),
      // Servers other than AWS's own often refuse the checksums that its client adds.
      ...(access.endpoint === undefined ? {} : { s3Url: access.endpoint, checksumAlgorithm: "" }),
      ...settings?.config,
    },
    credential: credential && { name: credential.name, key: credential.key ?? "cloud" },
  };
}
