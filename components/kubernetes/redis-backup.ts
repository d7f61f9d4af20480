import type * as pulumi from "@pulumi/pulumi";
import type { PlannedAsset } from "../model/index.js";
import { AgentBackup, requestOf } from "./agent-backup.js";
import type { BackupJobArgs } from "./backup-job.js";
import { type RedisServer, redisServer } from "./redis-server.js";

/** Arguments of {@link RedisBackup}. */
export interface RedisBackupArgs extends BackupJobArgs {
  /** The server that is backed up. */
  readonly server: RedisServer;
  /** Name of the asset in object names. @default - the component's name */
  readonly asset?: string;
}

/**
 * Backs up every key of a Redis or Valkey server: the snapshot that it gives a replica, which counts only when
 * `redis-check-rdb` has read it to its end. Development and staging make none by default: give `protection` there.
 *
 * @example
 * new RedisBackup("sessions", {
 *   environment: "production",
 *   server: { host: "sessions-redis-replica", passwordSecret: { name: "sessions-redis" } },
 *   stores: [primary, offsite],
 *   keys,
 * });
 */
export class RedisBackup extends AgentBackup {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:RedisBackup";

  constructor(name: string, args: RedisBackupArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: RedisBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: RedisBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset) {
    super(name, requestOf(RedisBackup.type, "kubernetes.RedisBackup", "server", redisServer, args), opts, planned);
  }
}
