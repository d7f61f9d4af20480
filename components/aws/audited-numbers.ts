import { type PlannedAsset, retentionClasses } from "../model/index.js";
import type { AuditedBackups } from "./backup-audit-args.js";

/** What a plan states, in the numbers that controls take; the strictest where several assets are audited. */
export interface AuditedNumbers {
  /** The assets in question. */
  readonly assets: readonly PlannedAsset[];
  /** Whole days of the class that is kept shortest; `undefined` where all is kept for ever. */
  readonly retentionDays: number | undefined;
  /** Longest time between two backups; `undefined` where nothing bounds it. */
  readonly gapSeconds: number | undefined;
  /** Age of the newest backup above which to alert; `undefined` where the alert is off. */
  readonly ageSeconds: number | undefined;
}

/** The controls take 1 to 24 hours and 1 to 31 days. */
export const longestAuditedSeconds = 31 * 86_400;

/** Reads them. */
export function auditedNumbers({ plan, asset }: AuditedBackups): AuditedNumbers {
  const assets = plan.assets.filter(({ name }) => asset === undefined || name === asset);
  return {
    assets,
    retentionDays: shortest(
      assets.flatMap(({ retention }) =>
        [...retentionClasses.map((name) => retention[name]), retention.pitrDays].map((days) =>
          typeof days === "number" ? days : null,
        ),
      ),
    ),
    gapSeconds: shortest(assets.map(({ longestGapSeconds }) => longestGapSeconds)),
    ageSeconds: shortest(assets.map(({ maxAgeSeconds }) => maxAgeSeconds)),
  };
}

function shortest(values: readonly (number | null)[]): number | undefined {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? undefined : Math.min(...known);
}
