import { type CronFields, matchesDay } from "./cron.js";
import { cycleDays, cycleFirstDay, dayMs, minuteMs, type Zone } from "./time-zone.js";

/** The matching days of the whole calendar cycle, as days since 1970-01-01 on the zone's own calendar. */
export function daysOfCycle(fields: CronFields): number[] {
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
  const offsets = offsetsAround(zone, midnight);
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

/** The distances from UTC that occur on a day of the zone's own calendar, or near to it. */
function offsetsAround(zone: Zone, midnight: number): readonly number[] {
  const near = zone.transitions.filter(({ at }) => Math.abs(at - midnight) < 3 * dayMs);
  return near.length === 0
    ? [zone.offsetAt(midnight)]
    : [...new Set(near.flatMap(({ before, after }) => [before, after]))];
}

/** Days of the examined cycle from whose runs the effect of every change of the clocks can be seen. */
export function daysAroundTransitions(fields: CronFields, zone: Zone): number[][] {
  return zone.transitions
    .filter(({ at }) => at >= cycleFirstDay * dayMs && at < (cycleFirstDay + cycleDays) * dayMs)
    .map(({ at }) => {
      const day = Math.floor(at / dayMs);
      return Array.from({ length: 19 }, (_, index) => day - 9 + index).filter((near) => isRunDay(fields, near));
    });
}
