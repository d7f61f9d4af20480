import type * as pulumi from "@pulumi/pulumi";
import type { PlannedAsset } from "../model/index.js";
import { AgentBackup, requestOf } from "./agent-backup.js";
import type { BackupJobArgs } from "./backup-job.js";
import { type ClaimFiles, claimFiles } from "./claim-files.js";

/** Arguments of {@link VolumeFilesBackup}. */
export interface VolumeFilesBackupArgs extends BackupJobArgs {
  /** The files that are backed up. */
  readonly files: ClaimFiles;
  /** Name of the asset in object names. @default - the component's name */
  readonly asset?: string;
}

/**
 * Backs up the files of a PersistentVolumeClaim with their owners, modes, links and attributes. The claim is mounted
 * read-only. Files that change while they are read fail the run: a database's folder is no file backup. Give
 * `runAsUser` the user that owns the files.
 *
 * @example
 * new VolumeFilesBackup("uploads", {
 *   environment: "production",
 *   files: { claimName: "uploads", usedBy: { app: "shop" } },
 *   runAsUser: 1001,
 *   stores: [primary, offsite],
 *   keys,
 * });
 */
export class VolumeFilesBackup extends AgentBackup {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:VolumeFilesBackup";

  constructor(name: string, args: VolumeFilesBackupArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(
    name: string,
    args: VolumeFilesBackupArgs,
    opts?: pulumi.ComponentResourceOptions,
    planned?: PlannedAsset,
  );
  constructor(
    name: string,
    args: VolumeFilesBackupArgs,
    opts?: pulumi.ComponentResourceOptions,
    planned?: PlannedAsset,
  ) {
    const request = requestOf(VolumeFilesBackup.type, "kubernetes.VolumeFilesBackup", "files", claimFiles, args);
    super(name, request, opts, planned);
  }
}
