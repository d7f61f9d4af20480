import { parseCron } from "../model/index.js";

const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/**
 * A cron expression of five fields as the six of AWS (`cron(minute hour day-of-month month day-of-week year)`), every
 * list written out, so that no step or number is read in another way: AWS counts Sunday as 1.
 *
 * @returns the expression, or what AWS cannot express in it
 */
export function awsCron(cron: string): { readonly expression: string } | { readonly obstacle: string } {
  const fields = parseCron(cron);
  const minutes = [...new Set(fields.minutesOfDay.map((minute) => minute % 60))];
  const hours = [...new Set(fields.minutesOfDay.map((minute) => Math.floor(minute / 60)))];
  if (!fields.anyDayOfMonth && !fields.anyDayOfWeek)
    return { obstacle: "restrict the day of the month or the day of the week, not both" };
  if (shortestGapMinutes(cron) < 60) return { obstacle: "start at most once an hour" };
  const daysOfMonth = fields.anyDayOfWeek ? list(on(fields.daysOfMonth), 31, 1) : "?";
  const daysOfWeek = fields.anyDayOfWeek
    ? "?"
    : on(fields.daysOfWeek)
        .map((day) => weekdays[day])
        .join(",");
  const months = list(on(fields.months), 12, 1);
  return { expression: `cron(${list(minutes, 60, 0)} ${list(hours, 24, 0)} ${daysOfMonth} ${months} ${daysOfWeek} *)` };
}

/** Shortest time between two runs on days that follow each other, in minutes; 1,440 for one run a day. */
export function shortestGapMinutes(cron: string): number {
  const times = parseCron(cron).minutesOfDay;
  return times.reduce((shortest, time, index) => {
    const next = times[index + 1] ?? (times[0] ?? 0) + 1_440;
    return Math.min(shortest, next - time);
  }, 1_440);
}

function on(flags: readonly boolean[]): number[] {
  return flags.flatMap((flag, value) => (flag ? [value] : []));
}

/** `*` for all values, ranges of three or more that follow each other, and lists. */
function list(values: readonly number[], count: number, first: number): string {
  const sorted = [...values].filter((value) => value >= first).sort((a, b) => a - b);
  if (sorted.length === count) return "*";
  const runs: number[][] = [];
  for (const value of sorted) {
    const run = runs.at(-1);
    if (run?.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0] ?? 0}-${run.at(-1) ?? 0}` : run.join(","))).join(",");
}
