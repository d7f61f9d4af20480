import type { ComponentResource, ComponentResourceOptions } from "@pulumi/pulumi";
import { type PlannedAsset, unknownKeys } from "../model/index.js";
import type { AssetContext, BackupAsset } from "../shared/asset.js";
import { AgentBundle, bundleFamily } from "./agent-bundle.js";
import { type BackupJobArgs, backupJobKeys } from "./backup-job.js";
import { claimNamespaceIssues } from "./claim-namespace.js";
import type { DataKind } from "./data-access.js";
import { proxyIssues } from "./http-proxy.js";
import { objectNameIssues } from "./text-rules.js";
import { type CheckSettings, type DrillSettings, provisionProofs, proofIssues, proofStoreIssues } from "./proofs.js";

/** What an asset of a strategy states itself; the strategy gives environment, stores and keys. */
export interface AssetSettings extends Omit<BackupJobArgs, "environment" | "stores" | "keys" | "agent"> {
  /** Names of the strategy's stores to use, in order. @default - as many as the environment asks copies, in order */
  readonly stores?: readonly string[];
  /** Check the artefacts, by a `BackupCheck`. @default - nothing checks them */
  readonly check?: CheckSettings;
  /**
   * Rehearse restores, by a `RestoreDrill` for each `restore` and `smoke` test that the environment asks.
   * @default - no rehearsals: the plan says which are missing
   */
  readonly drill?: DrillSettings;
}

const settingsKeys = backupJobKeys.filter((key) => key !== "environment" && key !== "keys" && key !== "agent");
const proofKeys = ["check", "drill"] as const;

/**
 * An asset whose arguments are a description of data beside its settings.
 *
 * @internal
 */
export function assetOf<Data extends object>(
  args: Data & AssetSettings,
  kind: DataKind<Data>,
  component: (
    name: string,
    job: BackupJobArgs & { readonly asset: string },
    data: Data,
    options: ComponentResourceOptions,
    planned: PlannedAsset,
  ) => ComponentResource,
): BackupAsset {
  const data = pick(args, kind.keys) as Data;
  const settings = pick(args, settingsKeys) as Omit<AssetSettings, (typeof proofKeys)[number]>;
  const proofs = { check: args.check, drill: args.drill };
  const declaration = kind.declare(data, args.protection);
  return {
    declaration: {
      ...declaration,
      stores: args.stores,
      ...(args.drill !== undefined ? { providesRestoreTests: ["restore", "smoke"] } : {}),
    },
    issues: (path) => [
      ...unknownKeys(args, [...kind.keys, ...settingsKeys, ...proofKeys], path),
      ...kind.issues(data, path),
      ...proxyIssues(settings, `${path}.`),
      ...objectNameIssues(`${path}.namespace`, args.namespace),
      ...proofIssues(proofs, declaration.kind, kind.judged === true, path),
    ],
    companions: () => kind.companions?.(data) ?? [],
    storeIssues: (path, _planned, stores) => [
      ...claimNamespaceIssues(stores, args.namespace, (store) => `${path}.stores.${store}`),
      ...proofStoreIssues(proofs, args.namespace, stores, path),
    ],
    provision: (name, context, options) => {
      const jobFor = (own: typeof settings): BackupJobArgs => jobArgs(own, context);
      const { planned } = context;
      const made = component(name, { ...jobFor(settings), asset: planned.name }, data, options, planned);
      provisionProofs(name, { proofs, settings, kind, data, planned, jobFor }, options);
      return made;
    },
  };
}

/**
 * The arguments of one component: its own settings, and what the strategy shares with all.
 *
 * @internal
 */
export function jobArgs(settings: Omit<AssetSettings, "check" | "drill">, context: AssetContext): BackupJobArgs {
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
