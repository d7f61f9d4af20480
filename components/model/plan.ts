import { assetRules, type AssetFacts } from "./asset-rules.js";
import { chooseCopies, type ChosenCopies, type ResolvedAsset, shown } from "./copies.js";
import { parseDuration, wholeDays } from "./duration.js";
import { asEnvironment, cellOf } from "./environment.js";
import { environmentKnownRule, kindWholeRule } from "./environment-rules.js";
import type { Environment } from "./environment-types.js";
import { resolveFrequency } from "./frequency.js";
import type { Inventory } from "./inventory.js";
import { type ReadAsset, readInventory, type ReadInventory, type ReadStore } from "./inventory-reader.js";
import { inventoryRules, type Scheduled } from "./inventory-rules.js";
import type { Issue } from "./issue.js";
import { byLocation } from "./location.js";
import { defaultMatrix } from "./matrix.js";
import type { Plan, PlannedAsset } from "./plan-types.js";
import type { Protection } from "./protection.js";
import { missingParts, readProtection } from "./protection-reader.js";
import { type KeptClass, keptClasses, lockedSeconds, pitrSeconds, protectionRules } from "./protection-rules.js";
import type { RetentionClass } from "./retention.js";
import { applyRules } from "./rule.js";

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
function readEnvironment(environment: unknown, issues: Issue[]): Environment | undefined {
  const given = asEnvironment(environment);
  if (given === undefined) {
    issues.push(...applyRules([environmentKnownRule], { path: "environment", value: environment }));
    return undefined;
  }
  const cells = Object.entries(given.matrix).map(([kind, cell]) => {
    const read = readProtection(cell, `environment.${kind}`);
    issues.push(...read.issues);
    return [kind, read.override] as const;
  });
  return { name: given.name, base: given.base, matrix: Object.fromEntries(cells) as Environment["matrix"] };
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
  const classes = keptClasses(whole.retention);
  return [{ asset, protection: whole, classes, frequency: resolveFrequency(whole.frequency, asset.name) }];
}

function planAsset(resolved: ResolvedAsset, copies: readonly ReadStore[]): PlannedAsset {
  const { asset, protection, frequency } = resolved;
  const backedUp = protection.frequency !== "none";
  const classes = backedUp ? resolved.classes : [];
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
    copies: shown(copies),
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
function lockOf({ lock }: Protection, classes: readonly KeptClass[], window: number | null): PlannedAsset["lock"] {
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
  const { asset, protection, classes, frequency } = one;
  const defaults: Readonly<Partial<Record<string, Protection>>> = defaultMatrix[environment.base];
  const facts: AssetFacts = {
    asset,
    protection,
    schedule: frequency.schedule,
    copies: copies.of(one),
    choices: asset.stores === undefined ? copies.byLocation : byLocation(copies.of(one)),
    stores: read.stores,
    dataLocations: copies.dataLocations,
    environment: environment.name,
    noneByDefault: isNone(Object.hasOwn(defaults, asset.kind) ? defaults[asset.kind] : undefined),
  };
  const pitr = asset.providesPitr === true && pitrSeconds(protection.retention) !== null;
  const { longestGapSeconds } = frequency;
  return [
    ...applyRules(protectionRules, { path: `${asset.path}.protection`, protection, classes, longestGapSeconds, pitr }),
    ...applyRules(assetRules, facts),
  ];
}

function isNone(protection: Protection | undefined): boolean {
  return protection?.frequency === "none";
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

function record<T>(classes: readonly KeptClass[], value: (kept: KeptClass) => T): Partial<Record<RetentionClass, T>> {
  return Object.fromEntries(classes.map((kept) => [kept.name, value(kept)]));
}

function optionalSeconds(text: string | undefined): number | null {
  return text === undefined ? null : parseDuration(text);
}
