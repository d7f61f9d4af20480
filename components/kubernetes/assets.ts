import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { unknownKeys } from "../model/index.js";
import type { AssetContext, BackupAsset } from "../shared/asset.js";
import { AgentBundle, bundleFamily } from "./agent-bundle.js";
import { type BackupJobArgs, backupJobKeys } from "./backup-job.js";
import { type KubernetesObjects, kubernetesObjectsKeys, ObjectsBackup, objectsDeclaration } from "./objects-backup.js";
import { PostgresBackup } from "./postgres-backup.js";
import { databaseIssues, databaseKeys, type PostgresDatabase, postgresDeclaration } from "./postgres-database.js";

/** What an asset of a strategy states itself; the strategy gives environment, stores and keys. */
export interface AssetSettings extends Omit<BackupJobArgs, "environment" | "stores" | "keys" | "agent"> {
  /** Names of the strategy's stores to use, in order. @default - as many as the environment asks copies, in order */
  readonly stores?: readonly string[];
}

/**
 * A PostgreSQL database as an asset of a `BackupStrategy`; see {@link PostgresBackup}.
 *
 * @example
 * postgres({ host: "orders-db", database: "orders", passwordSecret: { name: "orders-db", key: "password" } })
 */
export function postgres(args: PostgresDatabase & AssetSettings): BackupAsset {
  const database = pick(args, databaseKeys) as PostgresDatabase;
  const settings = pick(args, settingsKeys) as AssetSettings;
  return {
    declaration: { ...postgresDeclaration(database, args.protection), stores: args.stores },
    issues: (path) => [
      ...unknownKeys(args, [...databaseKeys, ...settingsKeys], path),
      ...databaseIssues(database, path),
    ],
    provision: (name, context, options) =>
      new PostgresBackup(
        name,
        { ...jobArgs(settings, context), asset: context.planned.name, database },
        options,
        context.planned,
      ),
  };
}

/**
 * The objects of namespaces or of the cluster as an asset of a `BackupStrategy`; see {@link ObjectsBackup}.
 *
 * @example
 * objects({ namespaces: ["shop"] })
 */
export function objects(args: KubernetesObjects & AssetSettings): BackupAsset {
  const chosen = pick(args, kubernetesObjectsKeys) as KubernetesObjects;
  const settings = pick(args, settingsKeys) as AssetSettings;
  return {
    declaration: { ...objectsDeclaration(chosen, args.protection), stores: args.stores },
    issues: (path) => unknownKeys(args, [...kubernetesObjectsKeys, ...settingsKeys], path),
    provision: (name, context, options) =>
      new ObjectsBackup(
        name,
        { ...jobArgs(settings, context), ...chosen, asset: context.planned.name },
        options,
        context.planned,
      ),
  };
}

const settingsKeys = backupJobKeys.filter((key) => key !== "environment" && key !== "keys" && key !== "agent");

/** The arguments of one component: its own settings, and what the strategy shares with all. */
function jobArgs(settings: AssetSettings, context: AssetContext): BackupJobArgs {
  const stores = Object.values(context.stores).map((store) => store.access.kind);
  const namespace = settings.namespace;
  const shared =
    namespace === undefined || typeof namespace === "string"
      ? context.once(
          ["agent", bundleFamily(stores), ...(namespace === undefined ? [] : [namespace])].join("-"),
          (name, options: ComponentResourceOptions) => new AgentBundle(name, { namespace, stores }, options),
        )
      : undefined;
  const { environment, keys } = context;
  return { ...settings, environment, stores: context.stores, keys, agent: shared };
}

function pick<T extends object>(from: T, keys: readonly string[]): Partial<T> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key))) as Partial<T>;
}
