export { AgentBackup } from "./agent-backup.js";
export { AgentBundle, type AgentBundleArgs } from "./agent-bundle.js";
export type { AssetSettings } from "./asset-of.js";
export { command, git, kubeadmEtcd, objects, postgres, redis, talosEtcd, volumeFiles } from "./assets.js";
export { BackupCheck, type BackupCheckArgs, type CheckTerms } from "./backup-check.js";
export type { BackupJobArgs } from "./backup-job.js";
export type { ClaimFiles } from "./claim-files.js";
export { CommandBackup, type CommandBackupArgs } from "./command-backup.js";
export type { CommandProgram } from "./command-program.js";
export { DrillNamespace, type DrillNamespaceArgs } from "./drill-namespace.js";
export type { DrilledArchive } from "./drilled-archive.js";
export type { DrilledData } from "./drilled-data.js";
export { EtcdBackup, type EtcdBackupArgs } from "./etcd-backup.js";
export { FolderStore, type FolderStoreArgs } from "./folder-store.js";
export { GitBackup, type GitBackupArgs } from "./git-backup.js";
export type { GitRepository } from "./git-repository.js";
export type { HttpProxy } from "./http-proxy.js";
export type { KubeadmEtcd } from "./kubeadm-etcd.js";
export { type KubernetesObjects, ObjectsBackup, type ObjectsBackupArgs } from "./objects-backup.js";
export type {
  CertificateAuthorities,
  EgressPorts,
  Images,
  PodSettings,
  Resources,
  Scratch,
  Toleration,
} from "./pod-settings.js";
export { PostgresBackup, type PostgresBackupArgs } from "./postgres-backup.js";
export type { PostgresDatabase, ReadReplica, ServerDatabase } from "./postgres-database.js";
export type { CheckSettings, DrillSettings, ProofSettings } from "./proofs.js";
export { RedisBackup, type RedisBackupArgs } from "./redis-backup.js";
export type { RedisServer } from "./redis-server.js";
export { type DrillTerms, RestoreDrill, type RestoreDrillArgs } from "./restore-drill.js";
export { RestoreJob, type RestoreJobArgs } from "./restore-job.js";
export type { RestoredFile } from "./restored-file.js";
export type { TalosEtcd } from "./talos-etcd.js";
export { VolumeFilesBackup, type VolumeFilesBackupArgs } from "./volume-files-backup.js";
export { VolumeSnapshots } from "./volume-snapshots.js";
export type { SnapshottedVolumes, VolumeSnapshotsArgs } from "./volume-snapshots-args.js";
export { volumeSnapshots } from "./volume-snapshots-assets.js";
export { velero, type VeleroAsset } from "./velero-assets.js";
export { VeleroSchedules } from "./velero-schedules.js";
export type {
  VeleroBackedUp,
  VeleroLocation,
  VeleroSchedulesArgs,
  VeleroSnapshotLocation,
  VeleroVolumePolicy,
  VeleroVolumes,
} from "./velero-schedules-args.js";
export { type CloudNativePgRecovery, cloudNativePgRecovery, type ClusterPlugins } from "./cloudnative-pg.js";
export type { PgBackRestPod } from "./pgbackrest.js";
export { PostgresWal } from "./postgres-wal.js";
export type { ArchivedPostgres, CloudNativePgCluster, PgBackRestStanza, PostgresWalArgs } from "./postgres-wal-args.js";
export { postgresWal, type PostgresWalAsset } from "./postgres-wal-assets.js";
export type { ArchiveDrillSettings, ArchiveProofs } from "./postgres-wal-proofs.js";
export { Velero } from "./velero.js";
export type { VeleroArgs, VeleroCloud, VeleroImage } from "./velero-args.js";
export type { LonghornBackupsArgs, LonghornVolumes } from "./longhorn-args.js";
export { type LonghornAsset, longhornVolumes } from "./longhorn-assets.js";
export { LonghornBackups, type LonghornClassParameters } from "./longhorn-backups.js";
