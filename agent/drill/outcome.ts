import type { Options } from "../commands/command.js";
import type { Outcome } from "../result.js";
import type { DrillPick, DrillRecord } from "./record.js";

const picks = ["newest", "random", "oldest"] as const satisfies readonly DrillPick[];

/** What was asked for, and the problem where it is none of these. */
export function readPick(options: Options): { readonly pick: DrillPick | undefined; readonly problems: string[] } {
  const pick = picks.find((each) => each === (options["pick"] ?? "newest"));
  if (pick !== undefined) return { pick, problems: [] };
  const got = JSON.stringify(options["pick"]);
  return {
    pick,
    problems: [`--pick must be one of ${picks.join(", ")} (the agent), got ${got}; write one of them`],
  };
}

/** The problem of a target that was not reached. */
export function missed(name: string, seconds: number | null, target: number | undefined): string[] {
  if (seconds === null || target === undefined || seconds <= target) return [];
  return [`${name} missed: ${String(seconds)} seconds, the target is ${String(target)}`];
}

/** The result of a drill whose record this store took. */
export function outcomeOf(record: DrillRecord, store: string | undefined): Outcome {
  const { passed, problems, rtoSeconds, rpoSeconds, targets, rowCounts, checks } = record;
  const figures = { drill: record.id, pick: record.pick, rtoSeconds, rpoSeconds, targets, rowCounts, checks, problems };
  const counted = Object.keys(rowCounts.found).length;
  const proven = `restored in ${String(rtoSeconds)} seconds; ${counted} counts and ${checks.length} checks are right`;
  const message = passed ? proven : problems.join("; ");
  const about = { ...figures, id: record.backup, class: record.class ?? undefined, record: store ?? null };
  if (store !== undefined) return { ...about, exitCode: passed ? 0 : 3, message };
  return { ...about, exitCode: passed ? 1 : 3, message: `${message}; no store takes the drill's record` };
}

/** To the millisecond. */
export function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
