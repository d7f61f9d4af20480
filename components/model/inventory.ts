import type { AssetKind } from "./kind.js";
import type { Location } from "./location.js";
import type { ProtectionOverride, RestoreTest } from "./protection.js";

/** One asset as the plan needs to know it. Plain data: no cloud, no Pulumi. */
export interface AssetDeclaration {
  /** What it is; decides the row of the matrix. */
  readonly kind: AssetKind;
  /** What makes the backups, in the field's own words: `"pg_dump"`, `"rds-automated-backups"`. */
  readonly mechanisms: readonly string[];
  /** Parts of the matrix cell that this asset overrides. */
  readonly protection?: ProtectionOverride;
  /** Names of the stores to use, in order. @default as many of the inventory's, in order, as the cell asks copies */
  readonly stores?: readonly string[];
  /**
   * Copies that the mechanism itself keeps beside the stores (versions in the bucket, a service's own backups), by
   * name. They count as copies before any store. @default {}
   */
  readonly serviceCopies?: Readonly<Record<string, StoreDeclaration>>;
  /** Where the live data is; a store in the same location is no protection against its loss. */
  readonly location?: Location;
  /** The mechanism can restore to any moment. @default false */
  readonly providesPitr?: boolean;
  /** Restore tests that are provisioned with the asset. @default [] */
  readonly providesRestoreTests?: readonly RestoreTest["kind"][];
  /** What to do about the others, for the issue that says that they are missing. @default "add the drill or override restoreTests" */
  readonly restoreTestAdvice?: string;
  /** What is backed up, so that two schedules on one target can be told: `"postgres://orders-db:5432/orders"`. */
  readonly target?: string;
}

/** One store as the plan needs to know it. */
export interface StoreDeclaration {
  /** Where it is. */
  readonly location: Location;
  /** The store can lock objects (Object Lock, immutability policies). @default false */
  readonly locks?: boolean;
}

/** All that a stack owns: what must survive, where artefacts can lie, and what is left out on purpose. */
export interface Inventory {
  /** What must survive, by name. */
  readonly assets: Readonly<Record<string, AssetDeclaration>>;
  /** Where artefacts can lie, by name, in the order in which copies are placed. */
  readonly stores: Readonly<Record<string, StoreDeclaration>>;
  /** Name and written reason of each asset that is left out on purpose. */
  readonly unprotected?: Readonly<Record<string, string>>;
}
