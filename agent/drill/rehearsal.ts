import type { AgentConfig } from "../../components/model/agent-config.js";
import type { Manifest } from "../manifest.js";
import type { Scratch } from "../scratch.js";
import type { StoredBackup } from "../stored-backup.js";

/** What a rehearsal works with: a copy whose every byte was verified, and a place that is its own. */
export interface RehearsalPlan {
  readonly config: AgentConfig;
  readonly copy: StoredBackup;
  readonly manifest: Manifest;
  readonly identities: readonly string[];
  readonly scratch: Scratch;
}

/** What was found in restored data. */
export interface Rehearsal {
  /** Rows, keys, files or whatever the source counts. */
  readonly rowCounts: Readonly<Record<string, number>>;
  readonly checks: readonly CheckResult[];
  /** What is not as it must be; none: the restore is proven. */
  readonly problems: readonly string[];
}

/** How one of the user's checks ended. */
export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  /** What it gave, or why it could not be run. */
  readonly found: string;
}

/** Differences between the counts of a manifest and those of the restored data, one sentence each. */
export function countProblems(
  expected: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): string[] {
  return Object.keys(expected).flatMap((name) =>
    expected[name] === found[name] ? [] : [`${name}: ${String(found[name])} in place of ${String(expected[name])}`],
  );
}
