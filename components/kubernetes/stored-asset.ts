import {
  type AssetDeclaration,
  type Frequency,
  type Issue,
  resolveFrequency,
  type ResolvedFrequency,
} from "../model/index.js";
import { resolveStores } from "../shared/arguments.js";
import { problem } from "../shared/problem.js";
import type { BackupJobArgs } from "./backup-job.js";

/**
 * What the plan needs to know of an asset whose artefacts are only read: whoever makes them answers for copies, windows
 * and tests. Every store that was given counts.
 */
export function storedDeclaration(kind: string | undefined, args: BackupJobArgs): AssetDeclaration {
  return {
    kind: kind ?? "",
    mechanisms: ["stored artefacts"],
    protection: { ...args.protection, copies: 1, restoreTests: [] },
    stores: Object.keys(resolveStores(args.stores).stores),
    providesPitr: true,
  };
}

/** When something runs that is no backup; a cadence that cannot be scheduled is an issue. */
export function cadenceOf(
  every: Frequency,
  key: string,
  path = "every",
): { readonly resolved: ResolvedFrequency | undefined; readonly issues: Issue[] } {
  try {
    const resolved = resolveFrequency(every, key);
    if (every !== "continuous" && every !== "on-change" && every !== "none") return { resolved, issues: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { resolved: undefined, issues: [problem("cadence", path, "be a schedule (cron)", every, reason)] };
  }
  const rule = 'be a length, a cron expression or "manual" (a scheduler starts it)';
  return { resolved: undefined, issues: [problem("cadence", path, rule, every, 'write "1 day"')] };
}
