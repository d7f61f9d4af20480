import type { Input } from "@pulumi/pulumi";
import type { BackupStore, FolderAccess, StoreAccess } from "../shared/store.js";
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
    provider: providers[access.kind],
    accessMode: "ReadWrite",
    objectStorage: {
      bucket: access.kind === "azure" ? access.container : access.bucket,
      prefix: prefix === "" ? folder : `${prefix}/${folder}`,
      caCert: settings?.caCert,
    },
    config: { ...configOf(access), ...settings?.config },
    credential: credential && { name: credential.name, key: credential.key ?? "cloud" },
  };
}

/** What each of Velero's own plugins calls itself. */
const providers = { s3: "aws", gcs: "gcp", azure: "azure" } as const;

function configOf(access: Exclude<StoreAccess, FolderAccess>): Record<string, Input<string>> {
  switch (access.kind) {
    case "s3":
      return {
        region: access.region,
        ...(access.forcePathStyle === true ? { s3ForcePathStyle: "true" } : {}),
        // Servers other than AWS's own often refuse the checksums that its client adds.
        ...(access.endpoint === undefined ? {} : { s3Url: access.endpoint, checksumAlgorithm: "" }),
      };
    case "gcs":
      return {};
    case "azure":
      return {
        storageAccount: access.account,
        ...(access.endpoint === undefined ? {} : { storageAccountURI: access.endpoint }),
        // Without keys of the account Velero asks Entra ID, not the account's own key service.
        ...(access.credentialsSecret === undefined ? { useAAD: "true" } : {}),
      };
  }
}
