import type { ComponentResource, ComponentResourceOptions } from "@pulumi/pulumi";
import type { AssetDeclaration, Environment, Issue, PlannedAsset } from "../model/index.js";
import type { BackupKeys } from "./keys.js";
import type { BackupStore } from "./store.js";

/** What a strategy gives an asset so that it can provision its backups. */
export interface AssetContext {
  /** The environment of the strategy. */
  readonly environment: Environment;
  /** The asset's row of the plan. */
  readonly planned: PlannedAsset;
  /** The stores of its copies, by their names in the plan. */
  readonly stores: Readonly<Record<string, BackupStore>>;
  /** The keys of the strategy. */
  readonly keys: BackupKeys;
  /**
   * Makes what several assets of one strategy share, once per key.
   * @param key - identifies it within the strategy; also the suffix of its name
   */
  readonly once: <T>(key: string, make: (name: string, options: ComponentResourceOptions) => T) => T;
}

/** Further data of an asset, as the plan sees them. */
export interface AssetCompanion {
  /** What stands behind the asset's name. */
  readonly role: string;
  /** What makes their backups. */
  readonly mechanism: string;
}

/** One asset of a strategy: what the plan needs to know, and how its backups are provisioned. */
export interface BackupAsset {
  /** What the plan needs to know. */
  readonly declaration: AssetDeclaration;
  /** Problems of the asset's own arguments, with paths below `path`. */
  readonly issues: (path: string, environment: Environment) => readonly Issue[];
  /**
   * Problems of the asset with the stores of its copies, by their names in the plan; not called where the environment makes
   * no backup.
   * @default - none
   */
  readonly storeIssues?: (
    path: string,
    planned: PlannedAsset,
    stores: Readonly<Record<string, BackupStore>>,
  ) => readonly Issue[];
  /**
   * Further data that are backed up beside it on the same terms, each with a row of its own in the plan, `<asset>-<role>`.
   * @default []
   */
  readonly companions?: () => readonly AssetCompanion[];
  /** Provisions the backups; not called where the environment makes none. */
  readonly provision: (name: string, context: AssetContext, options: ComponentResourceOptions) => ComponentResource;
}

/** The row of further data of an asset: planned as the asset itself, under a name of its own. */
export function companionRow(planned: PlannedAsset, { role, mechanism }: AssetCompanion): PlannedAsset {
  return { ...planned, name: `${planned.name}-${role}`, mechanisms: [mechanism] };
}
