import type { Issue } from "../model/index.js";
import type { BackupVaultTarget } from "./backup-vault-args.js";
import { problem } from "./problem.js";

/** Whether a value can be a target of backups. */
export function isVault(value: unknown): value is BackupVaultTarget {
  return (
    typeof value === "object" && value !== null && "arn" in value && "vaultName" in value && "declaration" in value
  );
}

/** One that cannot. */
export function notAVault(path: string): Issue {
  return problem("vault-is-a-vault", path, "be a vault", "something else", "make an aws.BackupVault or describe yours");
}
