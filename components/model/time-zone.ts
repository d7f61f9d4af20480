import { FrequencyError } from "./cron.js";
import { nearest } from "./nearest.js";

/** Milliseconds of a minute. */
export const minuteMs = 60_000;
/** Milliseconds of a day. */
export const dayMs = 86_400_000;

/**
 * First day of the calendar cycle that schedules are examined over, as days since 1970-01-01: 2026-01-01. After 28
 * years every date falls on the same day of the week again (until 2100, which has no leap day).
 */
export const cycleFirstDay = Date.UTC(2026, 0, 1) / dayMs;
/** Days of that cycle. */
export const cycleDays = 28 * 365 + 7;

/** A moment at which a zone's distance from UTC changes. */
export interface Transition {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds to add to UTC before it. */
  readonly before: number;
  /** Milliseconds to add to UTC from it on. */
  readonly after: number;
}

/** What schedules need to know of a time zone, for the examined cycle and the year after it. */
export interface Zone {
  readonly name: string;
  readonly transitions: readonly Transition[];
  /** Milliseconds to add to UTC at a moment. */
  offsetAt(moment: number): number;
  /** The different offsets that occur within two days of the midnight at which a day (since 1970) begins. */
  offsetsNear(day: number): readonly number[];
}

const clock = {
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
} as const;
type Clock = [month: number, day: number, year: number, hour: number, minute: number];

const zones = new Map<string, Zone>();

/**
 * The zone of an IANA name.
 *
 * @throws {@link FrequencyError} for a name that is none, with the nearest that is.
 */
export function timeZone(name: string): Zone {
  const cached = zones.get(name);
  if (cached !== undefined) {
    return cached;
  }
  const zone = readZone(name);
  zones.set(name, zone);
  return zone;
}

function readZone(name: string): Zone {
  const format = formatOf(name);
  const transitions = findTransitions((moment) => offsetOf(format, moment));
  const firstOffset = transitions[0]?.before ?? offsetOf(format, cycleFirstDay * dayMs);
  const offsetAt = (moment: number): number => {
    let offset = firstOffset;
    for (const transition of transitions) {
      if (moment < transition.at) {
        break;
      }
      offset = transition.after;
    }
    return offset;
  };
  const near = new Map<number, readonly number[]>();
  return {
    name,
    transitions,
    offsetAt,
    offsetsNear(day) {
      let offsets = near.get(day);
      if (offsets === undefined) {
        offsets = [...new Set([-2, -1, 0, 1, 2].map((days) => offsetAt((day + days) * dayMs)))];
        near.set(day, offsets);
      }
      return offsets;
    },
  };
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    if (/^[A-Z]/i.test(name)) {
      const format = new Intl.DateTimeFormat("en-US", { ...clock, timeZone: name });
      const right = format.resolvedOptions().timeZone;
      if (right === name || right.toLowerCase() !== name.toLowerCase()) {
        return format;
      }
    }
  } catch {
    // Intl knows no such zone: refused below, with the nearest that it knows.
  }
  const near = nearest(name, Intl.supportedValuesOf("timeZone")) ?? "Europe/Vienna";
  throw new FrequencyError(`time zone ${JSON.stringify(name)} is not known: write an IANA name, such as "${near}"`);
}

/** What the zone's clock shows at a moment, `"1/31/2026, 13:05"`, read as if it were UTC, less the moment. */
function offsetOf(format: Intl.DateTimeFormat, moment: number): number {
  const [month, day, year, hour, minute] = (format.format(moment).match(/\d+/g) as string[]).map(Number) as Clock;
  return Date.UTC(year, month - 1, day, hour, minute) - moment;
}

/** Looks at every seventh day and then halves the week in which the offset changed, down to the minute. */
function findTransitions(offset: (moment: number) => number): Transition[] {
  const found: Transition[] = [];
  const end = (cycleFirstDay + cycleDays + 372) * dayMs;
  let from = (cycleFirstDay - 7) * dayMs;
  let before = offset(from);
  while (from < end) {
    const to = from + 7 * dayMs;
    const after = offset(to);
    if (after !== before) {
      found.push({ at: changeBetween(offset, from, to), before, after });
    }
    from = to;
    before = after;
  }
  return found;
}

function changeBetween(offset: (moment: number) => number, from: number, to: number): number {
  const before = offset(from);
  let low = from / minuteMs;
  let high = to / minuteMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle * minuteMs) === before) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high * minuteMs;
}
