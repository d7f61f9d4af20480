import { type CronFields, parseCron } from "./cron.js";
import type { PlannedSchedule } from "./schedule.js";
import { daysOfCycle, isRunDay, runsOfDay } from "./runs.js";
import { dayMs, minuteMs, timeZone, type Zone } from "./time-zone.js";

/** A schedule that something starts, read. */
interface Started {
  readonly fields: CronFields;
  readonly zone: Zone;
}

/** Days looked at where the two schedules count in different time zones. */
const daysAcrossZones = 366;
/** Zones differ from UTC, and so from each other, by whole quarters of an hour. */
const quarterMinutes = 15;

/**
 * The first moment from 2026 on at which both schedules start a run, or `undefined` where there is none: within the
 * 28 years in which the calendar comes round for two schedules of one time zone, within a year for different zones.
 * A schedule without cron starts nothing and overlaps with nothing.
 *
 * @throws FrequencyError for a cron expression or time zone that cannot be read.
 */
export function overlaps(one: PlannedSchedule, other: PlannedSchedule): Date | undefined {
  if (one.cron === null || other.cron === null) {
    return undefined;
  }
  const a: Started = { fields: parseCron(one.cron), zone: timeZone(one.timeZone) };
  const b: Started = { fields: parseCron(other.cron), zone: timeZone(other.timeZone) };
  return a.zone === b.zone ? firstInOneZone(a.fields, b.fields, a.zone) : firstAcrossZones(a, b);
}

function firstInOneZone(a: CronFields, b: CronFields, zone: Zone): Date | undefined {
  const times = new Set(b.minutesOfDay);
  const common = a.minutesOfDay.filter((time) => times.has(time));
  if (common.length === 0 || !shareWeekday(a, b)) {
    return undefined;
  }
  for (const day of daysOfCycle(a)) {
    const [first] = isRunDay(b, day) ? runsOfDay(common, day, zone) : [];
    if (first !== undefined) {
      return new Date(first);
    }
  }
  return undefined;
}

/** Saves the walk over the cycle for the commonest of schedules that never meet: one on Mondays, one on Tuesdays. */
function shareWeekday(a: CronFields, b: CronFields): boolean {
  const byWeekday = a.anyDayOfMonth && b.anyDayOfMonth;
  return !byWeekday || a.daysOfWeek.some((on, day) => on && b.daysOfWeek[day] === true);
}

function firstAcrossZones(a: Started, b: Started): Date | undefined {
  if (!canMeetInAnHour(a.fields, b.fields)) {
    return undefined;
  }
  const [walked, asked] = a.fields.minutesOfDay.length <= b.fields.minutesOfDay.length ? [a, b] : [b, a];
  const times = new Set(asked.fields.minutesOfDay);
  const days = daysOfCycle(walked.fields);
  const end = (days[0] as number) + daysAcrossZones;
  for (const day of days) {
    if (day >= end) {
      break;
    }
    for (const moment of runsOfDay(walked.fields.minutesOfDay, day, walked.zone)) {
      const wallClock = moment + asked.zone.offsetAt(moment);
      const askedDay = Math.floor(wallClock / dayMs);
      if (times.has((wallClock - askedDay * dayMs) / minuteMs) && isRunDay(asked.fields, askedDay)) {
        return new Date(moment);
      }
    }
  }
  return undefined;
}

function canMeetInAnHour(a: CronFields, b: CronFields): boolean {
  const quarters = new Set(b.minutesOfDay.map((time) => time % quarterMinutes));
  return a.minutesOfDay.some((time) => quarters.has(time % quarterMinutes));
}
