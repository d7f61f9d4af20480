import { formatDuration, parseDuration } from "./duration.js";
import type { LockPolicy, Protection } from "./protection.js";
import { type RetentionClass, type RetentionPolicy, retentionClasses } from "./retention.js";
import type { Rule, Violation } from "./rule.js";
import { listed } from "./show.js";

/** One resolved cell, and what its rules need to know beside it. */
export interface ProtectionFacts {
  /** Where the cell was written: `assets.orders.protection`. */
  readonly path: string;
  readonly protection: Protection;
  /** The classes that its retention keeps. */
  readonly classes: readonly KeptClass[];
  readonly longestGapSeconds: number | null;
  /** Any moment can be restored, so that the schedule does not bound the loss. */
  readonly pitr: boolean;
}

/** A class and how long it is kept: seconds, `Infinity` for ever. */
export interface KeptClass {
  readonly name: RetentionClass;
  readonly seconds: number;
}

/** The classes that a policy keeps, from the shortest period to the longest. */
export function keptClasses(retention: RetentionPolicy): KeptClass[] {
  return retentionClasses.flatMap((name) => {
    const text = retention[name];
    return text === undefined ? [] : [{ name, seconds: text === "forever" ? Infinity : parseDuration(text) }];
  });
}

/** Seconds of the window in which any moment can be restored, `null` without one. */
export function pitrSeconds(retention: RetentionPolicy): number | null {
  return retention.pitr === undefined || retention.pitr === "none" ? null : parseDuration(retention.pitr);
}

const retentionClassRule: Rule<ProtectionFacts> = {
  id: "retention-class",
  appliesTo: "protection",
  level: "error",
  source: "an artefact without a class is never kept",
  when({ path, protection: { frequency, retention }, classes }) {
    const versionsOnly = frequency === "continuous" && pitrSeconds(retention) !== null;
    if (frequency === "none" || versionsOnly || classes.length > 0) {
      return [];
    }
    const also = frequency === "continuous" ? " or pitr" : "";
    const must = `keep at least one of ${retentionClasses.join(", ")}${also}`;
    return [{ path: `${path}.retention`, must, got: "none of them", advice: 'write for example { daily: "7 days" }' }];
  },
};

const retentionCoversGapRule: Rule<ProtectionFacts> = {
  id: "retention-covers-gap",
  appliesTo: "protection",
  level: "error",
  source: "longest gap of its schedule",
  when({ path, classes, longestGapSeconds }) {
    const gap = longestGapSeconds ?? 0;
    return classes
      .filter(({ seconds }) => seconds < gap)
      .map(({ name, seconds }) => ({
        path: `${path}.retention.${name}`,
        must: `be at least ${formatDuration(gap)}`,
        got: formatDuration(seconds),
        advice: "keep it longer or run more often, or no backup is left before the next",
      }));
  },
};

const lockWithinRetentionRule: Rule<ProtectionFacts> = {
  id: "lock-within-retention",
  appliesTo: "protection",
  level: "error",
  source: "what is locked cannot expire",
  when({ path, protection: { lock, retention, frequency }, classes }) {
    const longest = longestKept(classes, retention);
    if (lock === "none" || frequency === "none" || lock.extendsRetention === true || longest === 0) {
      return [];
    }
    const period = parseDuration(lock.period);
    const kept = period > longest ? formatDuration(longest) : "";
    return period <= longest
      ? []
      : [
          {
            path: `${path}.lock.period`,
            must: `be at most ${kept}, the longest retention`,
            got: formatDuration(period),
            advice: "shorten the lock, keep artefacts longer or set extendsRetention: true",
          },
        ];
  },
};

const complianceAcknowledgedRule: Rule<ProtectionFacts> = {
  id: "compliance-acknowledged",
  appliesTo: "protection",
  level: "error",
  source: "a compliance lock can be lifted by nobody",
  when: ({ path, protection: { lock } }) =>
    lock === "none" || lock.mode !== "compliance" || lock.acknowledgeIrreversible === true
      ? []
      : [
          {
            path: `${path}.lock.acknowledgeIrreversible`,
            must: "be true for mode compliance",
            got: String(lock.acknowledgeIrreversible),
            advice: "set it or use mode governance",
          },
        ],
};

const lockExtendsRetentionRule: Rule<ProtectionFacts> = {
  id: "lock-extends-retention",
  appliesTo: "protection",
  level: "warning",
  source: "what is locked cannot expire",
  when({ path, protection: { lock, frequency }, classes }) {
    if (lock === "none" || frequency === "none" || lock.extendsRetention !== true) {
      return [];
    }
    const period = parseDuration(lock.period);
    const shorter = classes.filter(({ seconds }) => seconds < period);
    return shorter.length === 0
      ? []
      : [
          {
            path: `${path}.lock.extendsRetention`,
            must: `be meant: ${listed(shorter.map(({ name }) => name))} artefacts then stay ${formatDuration(period)}`,
            got: shorter.map(({ name, seconds }) => `${name} kept ${formatDuration(seconds)}`).join(", "),
            advice: "plan for their storage or leave extendsRetention out",
          },
        ];
  },
};

const maxAgeCoversGapRule: Rule<ProtectionFacts> = {
  id: "max-age-covers-gap",
  appliesTo: "protection",
  level: "error",
  source: "longest gap of its schedule",
  when: ({ path, protection: { maxAge }, longestGapSeconds }) =>
    maxAge === undefined || maxAge === "none"
      ? []
      : atLeastGap(`${path}.maxAge`, parseDuration(maxAge), longestGapSeconds, "or every gap raises the alert"),
};

const rpoCoversGapRule: Rule<ProtectionFacts> = {
  id: "rpo-covers-gap",
  appliesTo: "protection",
  level: "error",
  source: "longest gap of its schedule",
  when({ path, protection: { targets, frequency }, longestGapSeconds, pitr }) {
    if (targets?.rpo === undefined || pitr) {
      return [];
    }
    const at = `${path}.targets.rpo`;
    if (frequency === "manual" || frequency === "none") {
      const must = "be left out where no schedule bounds the loss";
      return [{ path: at, must, got: targets.rpo, advice: `give a frequency in place of ${frequency}` }];
    }
    return atLeastGap(at, parseDuration(targets.rpo), longestGapSeconds, "or the target cannot be met");
  },
};

/** Rules of one cell, whether the environment's own or an asset's. */
export const protectionRules: readonly Rule<ProtectionFacts>[] = [
  retentionClassRule,
  retentionCoversGapRule,
  lockWithinRetentionRule,
  complianceAcknowledgedRule,
  lockExtendsRetentionRule,
  maxAgeCoversGapRule,
  rpoCoversGapRule,
];

/** How long a class is locked under a policy: no longer than it is kept, unless the lock extends that. */
export function lockedSeconds(lock: LockPolicy, keptSeconds: number): number {
  const period = parseDuration(lock.period);
  return lock.extendsRetention === true ? period : Math.min(period, keptSeconds);
}

function atLeastGap(path: string, seconds: number, gap: number | null, otherwise: string): Violation[] {
  if (gap === null || seconds >= gap) {
    return [];
  }
  const advice = `raise it or run more often, ${otherwise}`;
  return [{ path, must: `be at least ${formatDuration(gap)}`, got: formatDuration(seconds), advice }];
}

/** Seconds of the class that is kept longest; of the window where there is no class. */
function longestKept(classes: readonly KeptClass[], retention: RetentionPolicy): number {
  return classes.length > 0 ? Math.max(...classes.map(({ seconds }) => seconds)) : (pitrSeconds(retention) ?? 0);
}
