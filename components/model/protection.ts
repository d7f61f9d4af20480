import type { DurationText } from "./duration.js";
import type { Frequency } from "./frequency.js";
import type { RetentionPolicy } from "./retention.js";

/** A retention lock on artefacts (S3 Object Lock and its like). */
export interface LockPolicy {
  /** How long an artefact cannot be deleted; each class is locked for the shorter of this and its retention. */
  readonly period: DurationText;
  /** `governance` can be lifted by a privileged identity; `compliance` by nobody. @default "governance" */
  readonly mode?: "governance" | "compliance";
  /** Must be `true` for `mode: "compliance"`: what is locked then can be deleted by nobody until the period ends. */
  readonly acknowledgeIrreversible?: boolean;
  /** Lock every class for the whole period, so that artefacts outlive their retention. @default false */
  readonly extendsRetention?: boolean;
}

/** A restore that is made, checked and timed at a cadence. */
export interface RestoreTest {
  /** `restore`: the whole artefact; `smoke`: one small data set; `pitr`: to a moment; `region-loss`: elsewhere. */
  readonly kind: "restore" | "smoke" | "pitr" | "region-loss";
  /** Cadence. */
  readonly every: DurationText;
}

/** Recovery targets that drills are measured against. */
export interface RecoveryTargets {
  /** Longest time from the start of a restore to checked data. */
  readonly rto?: DurationText;
  /** Longest stretch of data that may be lost. */
  readonly rpo?: DurationText;
}

/** One cell of the protection matrix: how one kind of asset is protected in one environment. */
export interface Protection {
  /** How often a backup is made. */
  readonly frequency: Frequency;
  /** How long artefacts are kept, per class. */
  readonly retention: RetentionPolicy;
  /** Locations in which every artefact must lie. */
  readonly copies: number;
  /** Retention lock on artefacts, if any. */
  readonly lock: LockPolicy | "none";
  /** Manifests are signed and unsigned ones do not count. */
  readonly signed: boolean;
  /** Restores that are made, checked and timed. */
  readonly restoreTests: readonly RestoreTest[];
  /** Age of the newest artefact above which to alert; `"none"` switches the alert off. @default 2 x the longest gap */
  readonly maxAge?: DurationText | "none";
  /** What `pulumi destroy` does to stored artefacts and to the data's last state. */
  readonly onDestroy: "keep" | "delete";
  /** Recovery targets. @default - none */
  readonly targets?: RecoveryTargets;
}

/** Any part of a cell; what is given replaces that part, `retention` as a whole. */
export type ProtectionOverride = Partial<Protection>;
