import { hidesBackups, type Overview } from "../backup-overview.js";
import { newestDrills } from "../drill/newest-record.js";
import type { DrillRecord } from "../drill/record.js";
import type { RunContext } from "../run-context.js";
import type { Finding } from "./finding.js";

/** Periods between drills after which the newest is too old: one may fail and be repeated. */
const drillPeriods = 2;
/** What a check says about drills. */
export interface DrillReport {
  readonly findings: readonly Finding[];
  /** For the result line. */
  readonly result: object;
  /** The newest that passed. */
  readonly passed: DrillRecord | undefined;
}

/** The newest drill and its age, where the configuration says how often drills are made. */
export async function drillReport(context: RunContext, overview: Overview, now: Date): Promise<DrillReport> {
  const every = context.config.drill?.everySeconds;
  if (every === undefined) return { findings: [], result: {}, passed: undefined };
  const stores = overview.catalogues.map(({ store }) => store);
  const { newest, passed, bad } = await newestDrills(context, stores);
  const findings: Finding[] = bad.map(({ id, store, problem, unread }) => {
    const message = `drill record: ${problem}`;
    return { ...(id === undefined ? {} : { id }), store, message, ...(unread ? { unread } : {}) };
  });
  // A newer one may have passed.
  const doubt = hidesBackups(overview) || bad.some(({ unread }) => unread) ? { unread: true as const } : {};
  if (newest?.passed === false) {
    findings.push({ id: newest.id, message: `the newest drill failed: ${newest.problems.join("; ")}`, ...doubt });
  }
  if (passed === undefined) {
    findings.push({ message: "there is no drill that passed", ...doubt });
    return { findings, result: { drill: null }, passed };
  }
  const ageSeconds = Math.round((now.getTime() - Date.parse(passed.startedAt)) / 1000);
  const mostAge = every * drillPeriods;
  if (ageSeconds > mostAge) {
    const message = `the newest drill that passed is ${ageSeconds} seconds old; it may be ${mostAge}`;
    findings.push({ id: passed.id, message, ...doubt });
  }
  const { id, backup, rtoSeconds, rpoSeconds } = passed;
  return { findings, result: { drill: { id, backup, ageSeconds, rtoSeconds, rpoSeconds } }, passed };
}
