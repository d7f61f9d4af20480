import type { ResolvedFrequency } from "./frequency.js";
import type { ReadAsset, ReadInventory, ReadStore } from "./inventory-reader.js";
import { byLocation } from "./location.js";
import type { PlannedCopy } from "./plan-types.js";
import type { Protection } from "./protection.js";
import type { KeptClass } from "./protection-rules.js";

/** An asset whose cell is whole. */
export interface ResolvedAsset {
  readonly asset: ReadAsset;
  readonly protection: Protection;
  /** The classes that its retention keeps. */
  readonly classes: readonly KeptClass[];
  readonly frequency: ResolvedFrequency;
}

/** The copies of every asset, and where copies of data lie. */
export interface ChosenCopies {
  /** The copies of one asset. */
  of(one: ResolvedAsset): readonly ReadStore[];
  /** Locations of the copies of everything that is not secret material. */
  readonly dataLocations: ReadonlySet<string>;
  /** Names of all stores by location. */
  readonly byLocation: ReadonlyMap<string, readonly string[]>;
}

/**
 * The stores that an asset names, or else the first in distinct locations, as many as its cell asks; copies that the
 * service keeps itself come first. Secret material prefers locations in which no copy of data lies.
 */
export function chooseCopies(resolved: readonly ResolvedAsset[], { stores }: ReadInventory): ChosenCopies {
  const chosen = new Map<ResolvedAsset, readonly ReadStore[]>();
  const dataLocations = new Set<string>();
  const candidates = distinct([...stores.values()], Infinity);
  for (const one of resolved.filter((candidate) => !isSecret(candidate))) {
    const copies = copiesOf(one, stores, candidates);
    chosen.set(one, copies);
    copies.forEach(({ location }) => dataLocations.add(location));
  }
  const apart = candidates.filter(({ location }) => !dataLocations.has(location));
  const beside = candidates.filter(({ location }) => dataLocations.has(location));
  for (const one of resolved.filter(isSecret)) {
    chosen.set(one, copiesOf(one, stores, [...apart, ...beside]));
  }
  return {
    of: (one) => chosen.get(one) as readonly ReadStore[],
    dataLocations,
    byLocation: byLocation([...stores.values()]),
  };
}

/** Copies as a plan shows them. */
export function shown(copies: readonly ReadStore[]): PlannedCopy[] {
  return copies.map(({ store, location }) => ({ store, location }));
}

function isSecret({ asset }: ResolvedAsset): boolean {
  return asset.kind === "secret-material";
}

function copiesOf(
  { asset, protection }: ResolvedAsset,
  stores: ReadonlyMap<string, ReadStore>,
  candidates: readonly ReadStore[],
): readonly ReadStore[] {
  if (protection.frequency === "none") {
    return [];
  }
  const chosen =
    asset.stores === undefined
      ? distinct(candidates, protection.copies, asset.serviceCopies)
      : [...new Set(asset.stores)].flatMap((name) => stores.get(name) ?? []);
  return [...asset.serviceCopies, ...chosen];
}

/** The first stores in distinct locations until, with those `beside` them, the locations are as many as wanted. */
function distinct(stores: readonly ReadStore[], wanted: number, beside: readonly ReadStore[] = []): ReadStore[] {
  const locations = new Set(beside.map(({ location }) => location));
  const found: ReadStore[] = [];
  for (const store of stores) {
    if (locations.size >= wanted) {
      break;
    }
    if (!locations.has(store.location)) {
      locations.add(store.location);
      found.push(store);
    }
  }
  return found;
}
