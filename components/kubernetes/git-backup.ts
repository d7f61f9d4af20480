import type * as pulumi from "@pulumi/pulumi";
import type { PlannedAsset } from "../model/index.js";
import { AgentBackup, requestOf } from "./agent-backup.js";
import type { BackupJobArgs } from "./backup-job.js";
import { type GitRepository, gitRepository } from "./git-repository.js";

/** Arguments of {@link GitBackup}. */
export interface GitBackupArgs extends BackupJobArgs {
  /** The repository that is backed up. */
  readonly repository: GitRepository;
  /** Name of the asset in object names. @default - the component's name */
  readonly asset?: string;
}

/**
 * Backs up every ref of a Git repository as one bundle, from which `git clone` restores. Large files (LFS), issues and
 * pull requests' discussions are not in it; the manifest says so where the repository uses LFS.
 *
 * @example
 * new GitBackup("platform", {
 *   environment: "production",
 *   repository: { url: "https://git.example.com/platform.git", passwordSecret: { name: "git-reader" } },
 *   stores: [primary, offsite],
 *   keys,
 * });
 */
export class GitBackup extends AgentBackup {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:GitBackup";

  constructor(name: string, args: GitBackupArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: GitBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: GitBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset) {
    super(name, requestOf(GitBackup.type, "kubernetes.GitBackup", "repository", gitRepository, args), opts, planned);
  }
}
