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
  readonly name: string;
  readonly kind: string;
  readonly mechanisms: readonly string[];
  readonly frequency: Frequency;
  readonly schedule: PlannedSchedule;
  /** Longest time between two runs over a whole year; `null` where nothing bounds it. */
  readonly longestGapSeconds: number | null;
  /** Age of the newest artefact above which to alert; `null` where the alert is off. */
  readonly maxAgeSeconds: number | null;
  /** Whole days per class, rounded up, or `"forever"`; `pitrDays` where any moment can be restored. */
  readonly retention: Readonly<Partial<Record<RetentionClass, number | "forever">>> & { readonly pitrDays?: number };
  /** The same in exact seconds; `null` for ever. */
  readonly retentionSeconds: Readonly<Partial<Record<RetentionClass, number | null>>>;
  /** Window in which any moment can be restored, in exact seconds; `null` without one. */
  readonly pitrSeconds: number | null;
  readonly copies: readonly PlannedCopy[];
  readonly lock: {
    readonly mode: "governance" | "compliance";
    /** Whole days per class, rounded up; `pitrDays` for versions, where there are no classes. */
    readonly days: Readonly<Partial<Record<RetentionClass, number>>> & { readonly pitrDays?: number };
    /** The same per class in exact seconds. */
    readonly seconds: Readonly<Partial<Record<RetentionClass, number>>>;
    /** Exact seconds of `days.pitrDays`; `null` where the lock holds for classes. */
    readonly pitrSeconds: number | null;
  } | null;
  readonly encrypted: true;
  readonly signed: boolean;
  readonly restoreTests: readonly RestoreTest[];
  readonly onDestroy: "keep" | "delete";
  readonly targets: { readonly rtoSeconds: number | null; readonly rpoSeconds: number | null };
}

/** The resolved, JSON-able answer to "what is protected, how, where, proven when", with its problems. */
export interface Plan {
  readonly environment: string;
  readonly assets: readonly PlannedAsset[];
  readonly unprotected: readonly { readonly name: string; readonly reason: string }[];
  readonly issues: readonly Issue[];
}
