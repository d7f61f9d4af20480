import { type CronFields, matchesDay } from "./cron.js";
import { cycleDays, cycleFirstDay, dayMs, minuteMs, type Zone } from "./time-zone.js";

const walked = new Map<string, readonly number[]>();
const around = new Map<string, readonly (readonly number[])[]>();

/** The matching days of the whole calendar cycle, as days since 1970-01-01 on the zone's own calendar. */
export function daysOfCycle(fields: CronFields): readonly number[] {
  const cached = walked.get(fields.days);
  if (cached !== undefined) {
    return cached;
  }
  const days = walkCycle(fields);
  walked.set(fields.days, days);
  return days;
}

function walkCycle(fields: CronFields): number[] {
  const days: number[] = [];
  for (let month = 0; month < 28 * 12; month++) {
    const monthOfYear = (month % 12) + 1;
    if (fields.months[monthOfYear] !== true) {
      continue;
    }
    const first = Date.UTC(2026, month, 1) / dayMs;
    const next = Date.UTC(2026, month + 1, 1) / dayMs;
    for (let day = first; day < next; day++) {
      if (matchesDay(fields, monthOfYear, day - first + 1, dayOfWeek(day))) {
        days.push(day);
      }
    }
  }
  return days;
}

/** Whether a run starts on a day of the zone's own calendar. */
export function isRunDay(fields: CronFields, day: number): boolean {
  const date = new Date(day * dayMs);
  return matchesDay(fields, date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay());
}

/** Day of the week of a day since 1970-01-01, which was a Thursday. */
export function dayOfWeek(day: number): number {
  return (day + 4) % 7;
}

/**
 * The moments (milliseconds since 1970) at which a run starts on a matching day: every moment at which the zone's
 * clock shows the time. As Kubernetes has it, a time that summer time skips does not run, one that it repeats runs
 * twice.
 */
export function runsOfDay(minutesOfDay: readonly number[], day: number, zone: Zone): number[] {
  const midnight = day * dayMs;
  const offsets = zone.offsetsNear(day);
  const runs: number[] = [];
  for (const minute of minutesOfDay) {
    for (const offset of offsets) {
      const moment = midnight + minute * minuteMs - offset;
      if (offsets.length === 1 || zone.offsetAt(moment) === offset) {
        runs.push(moment);
      }
    }
  }
  return offsets.length === 1 ? runs : runs.sort((a, b) => a - b);
}

/**
 * For every change of the clocks in the examined cycle the matching days from whose runs its effect can be seen: the
 * days next to it, and the last before and the first after them. For schedules that run in every week.
 */
export function daysAroundTransitions(fields: CronFields, zone: Zone): readonly (readonly number[])[] {
  const key = `${zone.name} ${fields.days}`;
  const cached = around.get(key);
  if (cached !== undefined) {
    return cached;
  }
  const windows = zone.transitions
    .filter(({ at }) => at >= cycleFirstDay * dayMs && at < (cycleFirstDay + cycleDays) * dayMs)
    .map(({ at }) => daysAround(fields, Math.floor(at / dayMs)));
  around.set(key, windows);
  return windows;
}

function daysAround(fields: CronFields, day: number): number[] {
  const near = Array.from({ length: 19 }, (_, index) => day - 9 + index).filter((one) => isRunDay(fields, one));
  const before = near.filter((one) => one < day - 1).slice(-1);
  const after = near.filter((one) => one > day + 1).slice(0, 1);
  return [...before, ...near.filter((one) => Math.abs(one - day) <= 1), ...after];
}
