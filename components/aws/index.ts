export { BackupBucket } from "./backup-bucket.js";
export type { BackupBucketArgs } from "./backup-bucket-args.js";
export { ebsVolumes } from "./ebs-volumes.js";
export { rdsSettings, type RdsSettings } from "./rds-settings.js";
export { SnapshotPolicy } from "./snapshot-policy.js";
export type { SnapshotCopy, SnapshotPolicyArgs, SnapshotScripts, SnapshotTargets } from "./snapshot-policy-args.js";
export { BackupVault } from "./backup-vault.js";
export type { AirGappedVault, BackupVaultArgs, BackupVaultTarget, VaultLock } from "./backup-vault-args.js";
