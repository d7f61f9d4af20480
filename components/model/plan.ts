import { assetRules, type AssetFacts } from "./asset-rules.js";
import { parseDuration, wholeDays } from "./duration.js";
import { cellOf, environmentKnownRule, kindWholeRule } from "./environment.js";
import type { Environment } from "./environment-types.js";
import { type ResolvedFrequency, resolveFrequency } from "./frequency.js";
import type { Inventory } from "./inventory.js";
import { type ReadAsset, readInventory, type ReadInventory } from "./inventory-reader.js";
import { inventoryRules, type Scheduled } from "./inventory-rules.js";
import type { Issue } from "./issue.js";
import { byLocation } from "./location.js";
import { defaultMatrix } from "./matrix.js";
import type { Plan, PlannedAsset, PlannedCopy } from "./plan-types.js";
import type { Protection } from "./protection.js";
import { missingParts, readProtection } from "./protection-reader.js";
import { keptClasses, lockedSeconds, pitrSeconds, protectionRules } from "./protection-rules.js";
import { applyRules } from "./rule.js";
import { isObject } from "./value-rules.js";

/** An asset whose cell is whole. */
interface ResolvedAsset {
  readonly asset: ReadAsset;
  readonly protection: Protection;
  readonly frequency: ResolvedFrequency;
}

/**
 * What is protected, how and where, in one environment, with every problem found. Plain data, the same for the same
 * input, and never an exception: what cannot be read is an issue and left out. Takes time in proportion to the assets.
 */
export function plan(inventory: Inventory, environment: Environment): Plan {
  const read = readInventory(inventory);
  const issues: Issue[] = [...read.issues];
  const usable = readEnvironment(environment, issues);
  const resolved = usable === undefined ? [] : read.assets.flatMap((asset) => resolveAsset(asset, usable, issues));
  const copies = chooseCopies(resolved, read);
  const planned = resolved.map((one) => planAsset(one, copies.of(one)));
  if (usable !== undefined) {
    resolved.forEach((one) => issues.push(...assetIssues(one, copies, read, usable)));
  }
  issues.push(
    ...applyRules(inventoryRules, {
      targets: targetsOf(resolved),
      assetNames: new Set(read.assets.map(({ name }) => name)),
      unprotectedNames: read.unprotected.map(({ name }) => name),
    }),
  );
  return { environment: usable?.name ?? "unknown", assets: planned, unprotected: read.unprotected, issues };
}

/** The environment with the cells that can be read. */
function readEnvironment(environment: Environment, issues: Issue[]): Environment | undefined {
  const given: unknown = environment;
  if (!isObject(given) || !isObject(given["matrix"]) || typeof given["name"] !== "string") {
    issues.push(...applyRules([environmentKnownRule], { path: "environment", value: given }));
    return undefined;
  }
  const cells = Object.entries(given["matrix"]).map(([kind, cell]) => {
    const read = readProtection(cell, `environment.${kind}`);
    issues.push(...read.issues);
    return [kind, read.override] as const;
  });
  return { name: environment.name, base: environment.base, matrix: Object.fromEntries(cells) as Environment["matrix"] };
}

function resolveAsset(asset: ReadAsset, environment: Environment, issues: Issue[]): ResolvedAsset[] {
  const protection = { ...cellOf(environment, asset.kind), ...asset.protection };
  const missing = missingParts(protection);
  if (missing.length > 0) {
    const facts = { path: `${asset.path}.kind`, kind: asset.kind, known: Object.keys(environment.matrix), missing };
    issues.push(...applyRules([kindWholeRule], facts));
    return [];
  }
  const whole = protection as Protection;
  return [{ asset, protection: whole, frequency: resolveFrequency(whole.frequency, asset.name) }];
}

/** The copies of every asset, and where copies of data lie. */
interface ChosenCopies {
  of(one: ResolvedAsset): readonly PlannedCopy[];
  readonly dataLocations: ReadonlySet<string>;
  /** Names of all stores by location. */
  readonly stores: ReadonlyMap<string, readonly string[]>;
}

/**
 * The stores that an asset names, or else the first in distinct locations, as many as its cell asks; copies that the
 * service keeps itself come first. Secret material prefers locations in which no copy of data lies.
 */
function chooseCopies(resolved: readonly ResolvedAsset[], { stores }: ReadInventory): ChosenCopies {
  const all = [...stores.values()].map(({ store, location }) => ({ store, location }));
  const chosen = new Map<string, readonly PlannedCopy[]>();
  const dataLocations = new Set<string>();
  const candidates = distinct(all, Infinity);
  const choose = ({ asset, protection }: ResolvedAsset, ordered: readonly PlannedCopy[]): readonly PlannedCopy[] => {
    if (protection.frequency === "none") {
      return [];
    }
    if (asset.stores === undefined) {
      return [...distinct(asset.serviceCopies, Infinity), ...distinct(ordered, protection.copies, asset.serviceCopies)];
    }
    const named = [...new Set(asset.stores)].flatMap((name) => stores.get(name) ?? []);
    return [...asset.serviceCopies, ...named.map(({ store, location }) => ({ store, location }))];
  };
  for (const one of resolved.filter(({ asset }) => asset.kind !== "secret-material")) {
    const copies = choose(one, candidates);
    chosen.set(one.asset.name, copies);
    copies.forEach(({ location }) => dataLocations.add(location));
  }
  const apart = candidates.filter(({ location }) => !dataLocations.has(location));
  const beside = candidates.filter(({ location }) => dataLocations.has(location));
  for (const one of resolved.filter(({ asset }) => asset.kind === "secret-material")) {
    chosen.set(one.asset.name, choose(one, [...apart, ...beside]));
  }
  return { of: (one) => chosen.get(one.asset.name) as readonly PlannedCopy[], dataLocations, stores: byLocation(all) };
}

/** The first copies in distinct locations until, with those `beside` them, they are as many as wanted. */
function distinct(copies: readonly PlannedCopy[], wanted: number, beside: readonly PlannedCopy[] = []): PlannedCopy[] {
  const locations = new Set(beside.map(({ location }) => location));
  const found: PlannedCopy[] = [];
  for (const copy of copies) {
    if (locations.size >= wanted) {
      break;
    }
    if (!locations.has(copy.location)) {
      locations.add(copy.location);
      found.push(copy);
    }
  }
  return found;
}

function planAsset({ asset, protection, frequency }: ResolvedAsset, copies: readonly PlannedCopy[]): PlannedAsset {
  const backedUp = protection.frequency !== "none";
  const classes = backedUp ? keptClasses(protection.retention) : [];
  const window = backedUp && asset.providesPitr === true ? pitrSeconds(protection.retention) : null;
  const { maxAge, targets } = protection;
  return {
    name: asset.name,
    kind: asset.kind,
    mechanisms: asset.mechanisms,
    frequency: protection.frequency,
    schedule: frequency.schedule,
    longestGapSeconds: frequency.longestGapSeconds,
    maxAgeSeconds: backedUp ? maxAgeSeconds(maxAge, frequency.longestGapSeconds) : null,
    retention: {
      ...record(classes, ({ seconds }) => (seconds === Infinity ? "forever" : wholeDays(seconds))),
      ...(window === null ? {} : { pitrDays: wholeDays(window) }),
    },
    retentionSeconds: record(classes, ({ seconds }) => (seconds === Infinity ? null : seconds)),
    pitrSeconds: window,
    copies,
    lock: lockOf(protection, classes, window),
    encrypted: true,
    signed: protection.signed,
    restoreTests: backedUp
      ? protection.restoreTests.filter(({ kind }) => asset.providesRestoreTests?.includes(kind))
      : [],
    onDestroy: protection.onDestroy,
    targets: { rtoSeconds: optionalSeconds(targets?.rto), rpoSeconds: optionalSeconds(targets?.rpo) },
  };
}

/** Versions are locked through their window; where artefacts have classes, each class is locked for itself. */
function lockOf(
  { lock }: Protection,
  classes: ReturnType<typeof keptClasses>,
  window: number | null,
): PlannedAsset["lock"] {
  if (lock === "none" || (classes.length === 0 && window === null)) {
    return null;
  }
  const seconds = record(classes, (kept) => lockedSeconds(lock, kept.seconds));
  const versions = classes.length === 0 && window !== null ? lockedSeconds(lock, window) : null;
  return {
    mode: lock.mode ?? "governance",
    days: {
      ...record(classes, (kept) => wholeDays(lockedSeconds(lock, kept.seconds))),
      ...(versions === null ? {} : { pitrDays: wholeDays(versions) }),
    },
    seconds,
    pitrSeconds: versions,
  };
}

function maxAgeSeconds(maxAge: Protection["maxAge"], longestGapSeconds: number | null): number | null {
  if (maxAge === undefined) {
    return longestGapSeconds === null ? null : 2 * longestGapSeconds;
  }
  return maxAge === "none" ? null : parseDuration(maxAge);
}

function assetIssues(one: ResolvedAsset, copies: ChosenCopies, read: ReadInventory, environment: Environment): Issue[] {
  const { asset, protection, frequency } = one;
  const defaults: Readonly<Record<string, Protection>> = defaultMatrix[environment.base];
  const facts: AssetFacts = {
    asset,
    protection,
    schedule: frequency.schedule,
    copies: copies.of(one),
    choices: asset.stores === undefined ? copies.stores : byLocation(copies.of(one)),
    storeNames: [...read.stores.keys()],
    lockingStores: new Set([...read.stores.values()].filter(({ locks }) => locks).map(({ store }) => store)),
    dataLocations: copies.dataLocations,
    environment: environment.name,
    noneByDefault: Object.hasOwn(defaults, asset.kind) && defaults[asset.kind]?.frequency === "none",
  };
  const pitr = asset.providesPitr === true && pitrSeconds(protection.retention) !== null;
  const { longestGapSeconds } = frequency;
  return [
    ...applyRules(protectionRules, { path: `${asset.path}.protection`, protection, longestGapSeconds, pitr }),
    ...applyRules(assetRules, facts),
  ];
}

function targetsOf(resolved: readonly ResolvedAsset[]): Map<string, Scheduled[]> {
  const targets = new Map<string, Scheduled[]>();
  for (const { asset, frequency } of resolved) {
    if (asset.target !== undefined && frequency.schedule.cron !== null) {
      const scheduled = targets.get(asset.target) ?? [];
      scheduled.push({ name: asset.name, schedule: frequency.schedule });
      targets.set(asset.target, scheduled);
    }
  }
  return targets;
}

function record<T>(
  classes: ReturnType<typeof keptClasses>,
  value: (kept: ReturnType<typeof keptClasses>[number]) => T,
): Partial<Record<ReturnType<typeof keptClasses>[number]["name"], T>> {
  return Object.fromEntries(classes.map((kept) => [kept.name, value(kept)])) as Record<never, T>;
}

function optionalSeconds(text: Parameters<typeof parseDuration>[0] | undefined): number | null {
  return text === undefined ? null : parseDuration(text);
}
