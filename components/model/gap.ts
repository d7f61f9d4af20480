import { type CronFields, parseCron } from "./cron.js";
import { cycleDays, dayMs, minuteMs, timeZone, type Zone } from "./time-zone.js";
import { dayOfWeek, daysAroundTransitions, daysOfCycle, runsOfDay } from "./runs.js";

/** What a whole calendar cycle of a schedule shows. */
interface Gaps {
  readonly longestSeconds: number;
  /** The first day that the schedule names and summer time leaves without a run. */
  readonly skippedDay: string | undefined;
}

const examined = new Map<string, Gaps>();

/**
 * The longest time between two runs, in seconds, over the 28 years from 2026 in which the calendar comes round:
 * `0 3 * * 1-5` has 72 hours, `0 0 29 2 *` four years, `0 4 * * *` in Europe/Vienna 25 hours. Runs fall where the
 * zone's clock shows the time; as on Kubernetes, a time that summer time skips is not run that day.
 *
 * @throws FrequencyError for an expression that is malformed or never fires, and for an unknown time zone.
 */
export function longestGapSeconds(cron: string, timeZoneName = "Etc/UTC"): number {
  return examine(cron, timeZoneName).longestSeconds;
}

/**
 * The first day (`"2026-03-29"`) on which a schedule makes no run at all because summer time skips its time, or
 * `undefined` where there is none.
 */
export function skippedDay(cron: string, timeZoneName = "Etc/UTC"): string | undefined {
  return examine(cron, timeZoneName).skippedDay;
}

function examine(cron: string, timeZoneName: string): Gaps {
  const key = `${timeZoneName} ${cron}`;
  const cached = examined.get(key);
  if (cached !== undefined) {
    return cached;
  }
  const fields = parseCron(cron);
  const gaps = gapsOf(fields, timeZone(timeZoneName));
  examined.set(key, gaps);
  return gaps;
}

/** Schedules that run in every week are examined by the week and around each change of the clocks, others day by day. */
function gapsOf(fields: CronFields, zone: Zone): Gaps {
  const everyWeek = fields.anyMonth && fields.anyDayOfMonth;
  if (!everyWeek && zone.transitions.length > 0) {
    const days = daysOfCycle(fields);
    return walk(fields, [...days, (days[0] as number) + cycleDays], zone);
  }
  const dayGap = everyWeek ? longestOfWeek(fields) : longestOfCycle(daysOfCycle(fields));
  const byWallClock: Gaps = { longestSeconds: longestByWallClock(fields, dayGap), skippedDay: undefined };
  return daysAroundTransitions(fields, zone)
    .map((days) => walk(fields, days, zone))
    .reduce(longer, byWallClock);
}

function longer(one: Gaps, other: Gaps): Gaps {
  return {
    longestSeconds: Math.max(one.longestSeconds, other.longestSeconds),
    skippedDay: one.skippedDay ?? other.skippedDay,
  };
}

/** Seconds, where every day has 24 hours and matching days are at most `dayGap` days apart. */
function longestByWallClock(fields: CronFields, dayGap: number): number {
  const times = fields.minutesOfDay;
  let longest = dayGap * 1_440 - (times.at(-1) as number) + (times[0] as number);
  for (let index = 1; index < times.length; index++) {
    longest = Math.max(longest, (times[index] as number) - (times[index - 1] as number));
  }
  return longest * 60;
}

function longestOfWeek(fields: CronFields): number {
  const days = [0, 1, 2, 3, 4, 5, 6].filter((day) => fields.daysOfWeek[dayOfWeek(day)] === true);
  return longestStep([...days, (days[0] as number) + 7]);
}

function longestOfCycle(days: readonly number[]): number {
  return longestStep([...days, (days[0] as number) + cycleDays]);
}

function longestStep(ascending: readonly number[]): number {
  let longest = 0;
  for (let index = 1; index < ascending.length; index++) {
    longest = Math.max(longest, (ascending[index] as number) - (ascending[index - 1] as number));
  }
  return longest;
}

/** Goes from run to run on the given days. */
function walk(fields: CronFields, days: readonly number[], zone: Zone): Gaps {
  let longest = 0;
  let last: number | undefined;
  let skipped: string | undefined;
  for (const day of days) {
    const runs = runsOfDay(fields.minutesOfDay, day, zone);
    if (runs.length === 0) {
      skipped ??= new Date(day * dayMs).toISOString().slice(0, 10);
    }
    for (const run of runs) {
      longest = Math.max(longest, run - (last ?? run));
      last = run;
    }
  }
  return { longestSeconds: (longest / minuteMs) * 60, skippedDay: skipped };
}
