export { AgentBundle, type AgentBundleArgs } from "./agent-bundle.js";
export { type AssetSettings, objects, postgres } from "./assets.js";
export type { BackupJobArgs } from "./backup-job.js";
export { FolderStore, type FolderStoreArgs } from "./folder-store.js";
export { type KubernetesObjects, ObjectsBackup, type ObjectsBackupArgs } from "./objects-backup.js";
export type { EgressPorts, Images, PodSettings, Resources, Toleration } from "./pod-settings.js";
export { PostgresBackup, type PostgresBackupArgs } from "./postgres-backup.js";
export type { PostgresDatabase } from "./postgres-database.js";
export { RestoreJob, type RestoreJobArgs } from "./restore-job.js";
export { VolumeSnapshots, type VolumeSnapshotsArgs } from "./volume-snapshots.js";
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
