import type * as pulumi from "@pulumi/pulumi";
import type { PlannedAsset } from "../model/index.js";
import { AgentBackup, requestOf } from "./agent-backup.js";
import type { BackupJobArgs } from "./backup-job.js";
import { type CommandProgram, commandProgram } from "./command-program.js";

/** Arguments of {@link CommandBackup}. */
export interface CommandBackupArgs extends BackupJobArgs {
  /** The program whose output is the backup. */
  readonly program: CommandProgram;
  /** Name of the asset in object names. @default - the component's name */
  readonly asset?: string;
}

/**
 * Backs up whatever a program prints: a dump of a database that the library does not know by name. The output counts
 * only when the program has ended with exit code 0.
 *
 * @example
 * new CommandBackup("shop", {
 *   environment: "production",
 *   program: {
 *     kind: "mysql",
 *     image: "docker.io/library/mysql:8.4",
 *     command: ["mysqldump", "--host=shop-db", "--user=backup", "--single-transaction", "shop"],
 *     secretEnvironment: { MYSQL_PWD: { name: "shop-db" } },
 *     extension: "sql",
 *     ports: [3306],
 *   },
 *   protection,
 *   stores: [primary],
 *   keys,
 * });
 */
export class CommandBackup extends AgentBackup {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:CommandBackup";

  constructor(name: string, args: CommandBackupArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: CommandBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: CommandBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset) {
    const request = requestOf(CommandBackup.type, "kubernetes.CommandBackup", "program", commandProgram, args);
    super(name, request, opts, planned);
  }
}
