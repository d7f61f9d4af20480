import * as pulumi from "@pulumi/pulumi";
import { type Coverage, coverageOf } from "../evidence/coverage.js";
import { type Environment, type Issue, type Plan, plan, type PlannedAsset, unknownKeys } from "../model/index.js";
import { type EnvironmentArgument, resolveEnvironment, resolveStores } from "../shared/arguments.js";
import { type BackupAsset, companionRow } from "../shared/asset.js";
import { expiryIssues } from "../shared/expiry.js";
import { type BackupKeys, keyIssues } from "../shared/keys.js";
import { problem } from "../shared/problem.js";
import { throwOnErrors } from "../shared/problems.js";
import { type BackupStore, storesOf } from "../shared/store.js";

/** Arguments of {@link BackupStrategy}. */
export interface BackupStrategyArgs {
  /** The environment, or the name of a built-in one; `environmentOfStack()` reads it from the stack. */
  readonly environment: EnvironmentArgument;
  /** Where artefacts can lie, in the order in which copies are placed. */
  readonly stores: Readonly<Record<string, BackupStore>>;
  /** Public keys, and references to secret ones. */
  readonly keys: BackupKeys;
  /** What must survive, by the name that it has in object names, plans and alarms. */
  readonly assets: Readonly<Record<string, BackupAsset>>;
  /** What is left out on purpose, each with its reason. @default {} */
  readonly unprotected?: Readonly<Record<string, string>>;
}

const keys = [
  "environment",
  "stores",
  "keys",
  "assets",
  "unprotected",
] as const satisfies readonly (keyof BackupStrategyArgs)[];

/**
 * All backups of a stack from one declaration: assets x stores x environment. Every problem of the declaration is
 * reported at once, before the first resource is made.
 *
 * @example
 * const strategy = new BackupStrategy("platform", {
 *   environment: environmentOfStack(),
 *   stores: { primary, offsite },
 *   keys: { recipients: [atWork, inTheSafe], signingKeySecret: { name: "backup-signing-key" } },
 *   assets: { orders: kubernetes.postgres({ host: "orders-db", database: "orders" }) },
 *   unprotected: { sessions: "rebuilt when users log in again" },
 * });
 */
export class BackupStrategy extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:index:BackupStrategy";

  /** What was decided, for every asset. */
  readonly plan: Plan;
  /** What is protected, what is not and why, and what does not hold. */
  readonly coverage: Coverage;

  constructor(name: string, args: BackupStrategyArgs, opts?: pulumi.ComponentResourceOptions) {
    super(BackupStrategy.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    this.plan = resolve(args, environment, issues);
    throwOnErrors("BackupStrategy", name, this.plan.issues, this);
    this.coverage = coverageOf(this.plan);

    const shared = new Map<string, unknown>();
    for (const planned of this.plan.assets) {
      const asset = args.assets[planned.name];
      if (asset === undefined || planned.frequency === "none") continue;
      asset.provision(
        `${name}-${planned.name}`,
        {
          environment,
          planned,
          stores: storesOf(planned, args.stores),
          keys: args.keys,
          once: (key, make) => once(shared, key, () => make(`${name}-${key}`, { parent: this })),
        },
        { parent: this },
      );
    }
    this.registerOutputs({ plan: this.plan, coverage: this.coverage });
  }
}

/** The plan with every issue: the model's rules, the assets' own, the keys' and the stores'. */
function resolve(args: BackupStrategyArgs, environment: Environment, found: readonly Issue[]): Plan {
  const { stores, issues: storeIssues } = resolveStores(args.stores);
  const { assets, issues: assetIssues } = resolveAssets(args.assets, environment);
  const declared = plan(
    {
      assets: mapValues(assets, (asset) => asset.declaration),
      stores: mapValues(stores, (store) => store.declaration),
      unprotected: args.unprotected,
    },
    environment,
  );
  const signed = declared.assets.some((asset) => asset.signed && asset.frequency !== "none");
  const issues: Issue[] = [
    ...unknownKeys(args, keys, "args"),
    ...found,
    ...storeIssues,
    ...assetIssues,
    ...declared.issues,
    ...keyIssues(args.keys, signed, environment, "keys"),
    ...declared.assets.flatMap((asset) => ownStoreIssues(assets[asset.name], asset, storesOf(asset, stores))),
    ...declared.assets.flatMap((asset) => expiryIssues(asset, storesOf(asset, stores), (store) => `stores.${store}`)),
  ];
  const named = new Set(Object.keys(assets));
  const rows = declared.assets.map((planned) => companionRows(planned, assets[planned.name]));
  issues.push(...rows.flat().flatMap(({ name }) => (named.has(name) ? [companionNamed(name)] : [])));
  return { ...declared, assets: declared.assets.flatMap((asset, index) => [asset, ...(rows[index] ?? [])]), issues };
}

/** Rows of what is backed up beside an asset, on its terms; where the environment makes no backup there is none. */
function companionRows(planned: PlannedAsset, asset: BackupAsset | undefined): PlannedAsset[] {
  if (planned.frequency === "none") return [];
  return (asset?.companions?.() ?? []).map((companion) => companionRow(planned, companion));
}

function companionNamed(name: string): Issue {
  const rule = "not be the name of what is backed up beside another asset (both would write under it)";
  return problem("companion-name", `assets.${name}`, rule, name, "name it otherwise");
}

function ownStoreIssues(
  asset: BackupAsset | undefined,
  planned: PlannedAsset,
  stores: Readonly<Record<string, BackupStore>>,
): readonly Issue[] {
  return planned.frequency === "none" ? [] : (asset?.storeIssues?.(`assets.${planned.name}`, planned, stores) ?? []);
}

/** The assets that are assets, and the problems of all. */
function resolveAssets(
  argument: unknown,
  environment: Environment,
): { assets: Record<string, BackupAsset>; issues: Issue[] } {
  const assets: Record<string, BackupAsset> = {};
  const issues: Issue[] = [];
  const entries = typeof argument === "object" && argument !== null ? Object.entries(argument) : [];
  if (typeof argument !== "object" || argument === null) issues.push(notAnAsset("assets", argument));
  for (const [name, value] of entries as [string, unknown][]) {
    if (!isAsset(value)) {
      issues.push(notAnAsset(`assets.${name}`, value));
      continue;
    }
    assets[name] = value;
    issues.push(...value.issues(`assets.${name}`, environment));
  }
  return { assets, issues };
}

function isAsset(value: unknown): value is BackupAsset {
  return typeof value === "object" && value !== null && "declaration" in value && "provision" in value;
}

function notAnAsset(path: string, value: unknown): Issue {
  const rule = path === "assets" ? "be a map of assets" : "be an asset, such as kubernetes.postgres({ ... })";
  return {
    id: "asset-is-an-asset",
    level: "error",
    path,
    message: `${path} must ${rule}, got ${value === undefined ? "nothing" : typeof value}; declare what must survive`,
  };
}

function once<T>(shared: Map<string, unknown>, key: string, make: () => T): T {
  if (!shared.has(key)) shared.set(key, make());
  return shared.get(key) as T;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
