import type { Frequency } from "./frequency.js";
import type { Issue } from "./issue.js";
import type { RestoreTest } from "./protection.js";
import type { RetentionClass } from "./retention.js";
import type { PlannedSchedule } from "./schedule.js";

/** One copy of every artefact of an asset. */
export interface PlannedCopy {
  /** Name of the store, or of the copy that a service keeps itself. */
  readonly store: string;
  /** `provider/account/region`. */
  readonly location: string;
}

/** How one asset is protected, resolved to numbers. */
export interface PlannedAsset {
  /** Name of the asset. */
  readonly name: string;
  /** Kind of the asset. */
  readonly kind: string;
  /** What makes the backups. */
  readonly mechanisms: readonly string[];
  /** As it was asked. */
  readonly frequency: Frequency;
  /** When runs start. */
  readonly schedule: PlannedSchedule;
  /** Longest time between two runs over a whole year; `null` where nothing bounds it. */
  readonly longestGapSeconds: number | null;
  /** Age of the newest artefact above which to alert; `null` where the alert is off. */
  readonly maxAgeSeconds: number | null;
  /** Whole days per class, rounded up, or `"forever"`; `pitrDays` where any moment can be restored. */
  readonly retention: Readonly<Partial<Record<RetentionClass, number | "forever">>> & PitrDays;
  /** The same in exact seconds; `null` for ever. */
  readonly retentionSeconds: Readonly<Partial<Record<RetentionClass, number | null>>>;
  /** Window in which any moment can be restored, in exact seconds; `null` without one. */
  readonly pitrSeconds: number | null;
  /** Where every artefact lies. */
  readonly copies: readonly PlannedCopy[];
  /** Retention lock, `null` without one. */
  readonly lock: {
    /** Who can lift it: a privileged identity, or nobody. */
    readonly mode: "governance" | "compliance";
    /** Whole days per class, rounded up; `pitrDays` for versions, where there are no classes. */
    readonly days: Readonly<Partial<Record<RetentionClass, number>>> & PitrDays;
    /** The same per class in exact seconds. */
    readonly seconds: Readonly<Partial<Record<RetentionClass, number>>>;
    /** Exact seconds of `days.pitrDays`; `null` where the lock holds for classes. */
    readonly pitrSeconds: number | null;
  } | null;
  /** Always: there is no plain artefact. */
  readonly encrypted: true;
  /** Whether unsigned manifests do not count. */
  readonly signed: boolean;
  /** Restores that are provisioned, and their cadence. */
  readonly restoreTests: readonly RestoreTest[];
  /** What a destroy does to artefacts. */
  readonly onDestroy: "keep" | "delete";
  /** Recovery targets, `null` where none is set. */
  readonly targets: PlannedTargets;
}

/** A window in which any moment can be restored. */
export interface PitrDays {
  /** Whole days, rounded up; absent without a window. */
  readonly pitrDays?: number;
}

/** Recovery targets that drills are measured against. */
export interface PlannedTargets {
  /** Longest time to checked data; `null` where none is set. */
  readonly rtoSeconds: number | null;
  /** Longest stretch of data that may be lost; `null` where none is set. */
  readonly rpoSeconds: number | null;
}

/** Something that is left out on purpose. */
export interface Unprotected {
  /** Its name. */
  readonly name: string;
  /** Why it needs no backup, or how it is rebuilt. */
  readonly reason: string;
}

/** The resolved, JSON-able answer to "what is protected, how, where, proven when", with its problems. */
export interface Plan {
  /** Name of the environment. */
  readonly environment: string;
  /** Every asset, in the order of the declaration. */
  readonly assets: readonly PlannedAsset[];
  /** What is left out on purpose, in the order of the declaration. */
  readonly unprotected: readonly Unprotected[];
  /** Every problem found, in the order of the declaration. */
  readonly issues: readonly Issue[];
}
