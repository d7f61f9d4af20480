import type { BackupAsset } from "../shared/asset.js";
import { type AssetSettings, assetOf } from "./asset-of.js";
import { type ClaimFiles, claimFiles } from "./claim-files.js";
import { CommandBackup } from "./command-backup.js";
import { type CommandProgram, commandProgram } from "./command-program.js";
import { EtcdBackup } from "./etcd-backup.js";
import { GitBackup } from "./git-backup.js";
import { type GitRepository, gitRepository } from "./git-repository.js";
import { type KubeadmEtcd, kubeadmEtcd as kubeadm } from "./kubeadm-etcd.js";
import { type KubernetesObjects, kubernetesObjects, ObjectsBackup } from "./objects-backup.js";
import { PostgresBackup } from "./postgres-backup.js";
import { type PostgresDatabase, postgresDatabase } from "./postgres-database.js";
import { RedisBackup } from "./redis-backup.js";
import { type RedisServer, redisServer } from "./redis-server.js";
import { type TalosEtcd, talosEtcd as talos } from "./talos-etcd.js";
import { VolumeFilesBackup } from "./volume-files-backup.js";

/**
 * A PostgreSQL database as an asset of a `BackupStrategy`; see {@link PostgresBackup}.
 *
 * @example
 * postgres({ host: "orders-db", database: "orders", passwordSecret: { name: "orders-db", key: "password" } })
 */
export function postgres(args: PostgresDatabase & AssetSettings): BackupAsset {
  return assetOf(
    args,
    postgresDatabase,
    (name, job, database, options, planned) => new PostgresBackup(name, { ...job, database }, options, planned),
  );
}

/**
 * A Redis or Valkey server as an asset of a `BackupStrategy`; see {@link RedisBackup}.
 *
 * @example
 * redis({ host: "sessions-redis-replica", passwordSecret: { name: "sessions-redis" } })
 */
export function redis(args: RedisServer & AssetSettings): BackupAsset {
  return assetOf(
    args,
    redisServer,
    (name, job, server, options, planned) => new RedisBackup(name, { ...job, server }, options, planned),
  );
}

/**
 * A Git repository as an asset of a `BackupStrategy`; see {@link GitBackup}.
 *
 * @example
 * git({ url: "https://git.example.com/platform.git", passwordSecret: { name: "git-reader" } })
 */
export function git(args: GitRepository & AssetSettings): BackupAsset {
  return assetOf(
    args,
    gitRepository,
    (name, job, repository, options, planned) => new GitBackup(name, { ...job, repository }, options, planned),
  );
}

/**
 * The files of a PersistentVolumeClaim as an asset of a `BackupStrategy`; see {@link VolumeFilesBackup}.
 *
 * @example
 * volumeFiles({ claimName: "uploads", usedBy: { app: "shop" }, runAsUser: 1001 })
 */
export function volumeFiles(args: ClaimFiles & AssetSettings): BackupAsset {
  return assetOf(
    args,
    claimFiles,
    (name, job, files, options, planned) => new VolumeFilesBackup(name, { ...job, files }, options, planned),
  );
}

/**
 * The output of a program as an asset of a `BackupStrategy`; see {@link CommandBackup}.
 *
 * @example
 * command({ kind: "mysql", image: "docker.io/library/mysql:8.4", command: ["mysqldump", "--host=shop-db", "shop"] })
 */
export function command(args: CommandProgram & AssetSettings): BackupAsset {
  return assetOf(
    args,
    commandProgram,
    (name, job, program, options, planned) => new CommandBackup(name, { ...job, program }, options, planned),
  );
}

/**
 * The etcd of a cluster that kubeadm made as an asset of a `BackupStrategy`; see {@link EtcdBackup}.
 *
 * @example
 * kubeadmEtcd({ namespace: "etcd-backup" })
 */
export function kubeadmEtcd(args: KubeadmEtcd & AssetSettings = {}): BackupAsset {
  return assetOf(
    args,
    kubeadm,
    (name, job, etcd, options, planned) => new EtcdBackup(name, { ...job, kubeadm: etcd }, options, planned),
  );
}

/**
 * The etcd of a Talos cluster as an asset of a `BackupStrategy`; see {@link EtcdBackup}.
 *
 * @example
 * talosEtcd({ endpoints: ["10.0.0.2", "10.0.0.3"] })
 */
export function talosEtcd(args: TalosEtcd & AssetSettings): BackupAsset {
  return assetOf(
    args,
    talos,
    (name, job, etcd, options, planned) => new EtcdBackup(name, { ...job, talos: etcd }, options, planned),
  );
}

/**
 * The objects of namespaces or of the cluster as an asset of a `BackupStrategy`; see {@link ObjectsBackup}.
 *
 * @example
 * objects({ namespaces: ["shop"] })
 */
export function objects(args: KubernetesObjects & AssetSettings): BackupAsset {
  return assetOf(
    args,
    kubernetesObjects,
    (name, job, chosen, options, planned) => new ObjectsBackup(name, { ...job, ...chosen }, options, planned),
  );
}
