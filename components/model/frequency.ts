import { FrequencyError } from "./cron.js";
import { daySeconds, type DurationText, formatDuration, monthSeconds, parseDuration } from "./duration.js";
import { longestGapSeconds } from "./gap.js";
import { stableHash } from "./hash.js";
import type { PlannedSchedule } from "./schedule.js";

/** A cron expression of five fields. */
export interface CronFrequency {
  /** Five fields. */
  readonly cron: string;
  /** IANA name of the zone in which the expression counts. @default "Etc/UTC" */
  readonly timeZone?: string;
}

/**
 * How often a backup is made. A length of a day or more is spread by a stable hash inside a window; a cron
 * expression is kept as written. `"manual"` is provisioned but suspended; `"none"` means no backup at all.
 */
export type Frequency = DurationText | CronFrequency | "continuous" | "on-change" | "manual" | "none";

/** The frequencies that no scheduler starts. */
export const unscheduledFrequencies = ["continuous", "on-change", "manual", "none"] as const;

/** The zone of every schedule that does not name another. */
export const defaultTimeZone = "Etc/UTC";

/** What a frequency comes to. */
export interface ResolvedFrequency {
  /** When runs start. */
  readonly schedule: PlannedSchedule;
  /** The length that was asked for; `null` for a cron expression and for what no scheduler starts. */
  readonly intervalSeconds: number | null;
  /** The longest time between two runs; `null` where nothing bounds it. */
  readonly longestGapSeconds: number | null;
}

/** Hours from midnight UTC in which runs of a day or more apart are spread. */
const windowHours = 6;
const minuteSteps = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];
const hourSteps = [1, 2, 3, 4, 6, 8, 12];
const monthSteps = [1, 2, 3, 4, 6, 12];
const lengths = "30 minutes, 1, 2, 3, 4, 6, 8 or 12 hours, 1 day, 1 week, 1, 3 or 6 months";

/**
 * The schedule of a frequency. From one hour on the minute, and from one day on the hour from 00:00 to 05:59 UTC and
 * the day of a week or month, follow from a stable hash of `key`, so that not everything starts at once and nothing
 * moves from one deployment to the next.
 *
 * @param key What tells this schedule from others: the name of the asset.
 * @throws FrequencyError or DurationError for what cannot be scheduled, with what to write in its place.
 */
export function resolveFrequency(frequency: Frequency, key: string): ResolvedFrequency {
  if (typeof frequency === "object") {
    const timeZone = frequency.timeZone ?? defaultTimeZone;
    return resolved({ cron: frequency.cron, timeZone }, null);
  }
  if (isUnscheduled(frequency)) {
    return { schedule: { cron: null, timeZone: defaultTimeZone }, intervalSeconds: null, longestGapSeconds: null };
  }
  const seconds = parseDuration(frequency);
  const cron = cronOf(seconds, stableHash(key));
  if (cron === undefined) {
    throw new FrequencyError(
      `no cron expression runs every ${formatDuration(seconds)}: write ${lengths}, ` +
        `or an expression of your own, such as { cron: "0 2 * * *" }`,
    );
  }
  return resolved({ cron, timeZone: defaultTimeZone }, seconds);
}

/** Whether no scheduler starts a frequency. */
export function isUnscheduled(frequency: string): frequency is (typeof unscheduledFrequencies)[number] {
  return (unscheduledFrequencies as readonly string[]).includes(frequency);
}

function resolved(schedule: { cron: string; timeZone: string }, intervalSeconds: number | null): ResolvedFrequency {
  return {
    schedule,
    intervalSeconds,
    longestGapSeconds: longestGapSeconds(schedule.cron, schedule.timeZone),
  };
}

function cronOf(seconds: number, hash: number): string | undefined {
  const minute = hash % 60;
  if (seconds < 3_600) {
    const step = seconds / 60;
    return minuteSteps.includes(step) ? `${starOf(step)} * * * *` : undefined;
  }
  if (seconds < daySeconds) {
    const step = seconds / 3_600;
    return hourSteps.includes(step) ? `${minute} ${starOf(step)} * * *` : undefined;
  }
  const hour = Math.floor(hash / 60) % windowHours;
  const rest = Math.floor(hash / (60 * windowHours));
  if (seconds === daySeconds) {
    return `${minute} ${hour} * * *`;
  }
  if (seconds === 7 * daySeconds) {
    return `${minute} ${hour} * * ${rest % 7}`;
  }
  const step = seconds / monthSeconds;
  return monthSteps.includes(step) ? `${minute} ${hour} ${(rest % 28) + 1} ${monthsOf(step, rest)} *` : undefined;
}

function starOf(step: number): string {
  return step === 1 ? "*" : `*/${step}`;
}

/** Every so many months, beginning in a month that the hash picks. */
function monthsOf(step: number, hash: number): string {
  if (step === 1) {
    return "*";
  }
  const first = (Math.floor(hash / 28) % step) + 1;
  const months = Array.from({ length: 12 / step }, (_, index) => first + index * step);
  return months.join(",");
}
