export { BackupBucket } from "./backup-bucket.js";
export type {
  BackupBucketArgs,
  BucketReplication,
  ColdStorage,
  ExistingRole,
  ReplicaBucket,
  RoleTrust,
  ServiceAccountTrust,
} from "./backup-bucket-args.js";
export { ebsVolumes } from "./ebs-volumes.js";
export { rdsSettings, type RdsSettings } from "./rds-settings.js";
export { SnapshotPolicy } from "./snapshot-policy.js";
export type { SnapshotCopy, SnapshotPolicyArgs, SnapshotScripts, SnapshotTargets } from "./snapshot-policy-args.js";
export { BackupVault } from "./backup-vault.js";
export type { AirGappedVault, BackupVaultArgs, BackupVaultTarget, VaultLock } from "./backup-vault-args.js";
export { BackupPlan } from "./backup-plan.js";
export type { BackedUpResources, BackupPlanArgs, VaultCopy } from "./backup-plan-args.js";
export { resources } from "./resources.js";
export { rdsCluster, type RdsClusterAsset, rdsInstance, type RdsInstanceAsset } from "./rds-assets.js";
export { RdsBackups } from "./rds-backups.js";
export type {
  BackupReplication,
  LongTermBackups,
  RdsBackupSettings,
  RdsBackupsArgs,
  RdsCluster,
  RdsInstance,
  SnapshotExport,
} from "./rds-backups-args.js";
export { protectStack, type ProtectStackOptions, type StackProtection } from "./protect-stack.js";
export type { LeftSetting, StackChange } from "./stack-changes.js";
export { bucket } from "./bucket.js";
export { BucketBackup } from "./bucket-backup.js";
export type { ApplicationBucket, BucketBackupArgs, ProtectedBucket } from "./bucket-backup-args.js";
export { BackupAlarms } from "./backup-alarms.js";
export type {
  BackupAlarmsArgs,
  SlackChannel,
  WatchedDatabase,
  WatchedJobs,
  WatchedPlan,
  WatchedSnapshots,
} from "./backup-alarms-args.js";
export { RestoreTesting } from "./restore-testing.js";
export type {
  DatabaseRestoreTests,
  ResourceRestoreTests,
  RestoreTestingArgs,
  RestoreTestSelection,
  RestoreTestSettings,
  RestoreValidation,
} from "./restore-testing-args.js";
export { BackupAudit } from "./backup-audit.js";
export type { AuditedBackups, AuditReports, BackupAuditArgs } from "./backup-audit-args.js";
export { StateBucket, type StateBucketArgs } from "./state-bucket.js";
