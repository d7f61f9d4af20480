import { nearest } from "./nearest.js";

type Unit = "second" | "minute" | "hour" | "day" | "week" | "month" | "year";

/** A length of time with its unit: `"30 days"`, `"1 hour"`. A month is 30.4375 days, a year 365.25. */
export type DurationText = `${number} ${Unit | `${Unit}s`}`;

/** Seconds of a day. */
export const daySeconds = 86_400;

/** Seconds of a month of 30.4375 days, the mean of the Julian calendar. */
export const monthSeconds = 2_629_800;

const unitSeconds: Readonly<Record<Unit, number>> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: daySeconds,
  week: 7 * daySeconds,
  month: monthSeconds,
  year: 12 * monthSeconds,
};
const units = Object.keys(unitSeconds) as Unit[];
const unitsFromLongest = [...units].reverse();
const form = /^(\d+) (second|minute|hour|day|week|month|year)s?$/;

/** A text that is not a duration. Its message says what to write. */
export class DurationError extends Error {
  /** Tells this error from others. */
  override readonly name = "DurationError";

  constructor(
    value: string,
    /** What to write in its place. */
    readonly advice: string,
  ) {
    super(`${value} is not a duration: ${advice}`);
  }
}

/**
 * Whole seconds of a text such as `"30 days"`: a whole number above zero, one space, a unit with or without `s`.
 *
 * @throws {@link DurationError} with the nearest text that is right.
 */
export function parseDuration(text: string): number {
  const match = form.exec(text);
  const seconds = match === null ? 0 : Number(match[1]) * unitSeconds[match[2] as Unit];
  if (seconds === 0 || !Number.isSafeInteger(seconds)) {
    throw new DurationError(JSON.stringify(text), `write a whole number and a unit, such as "${suggestion(text)}"`);
  }
  return seconds;
}

/**
 * The text of a number of seconds in the largest unit that divides it: 86 400 is `"1 day"`, 90 000 `"25 hours"`.
 *
 * @throws {@link DurationError} for anything but a whole number above zero.
 */
export function formatDuration(seconds: number): DurationText {
  if (!Number.isSafeInteger(seconds) || seconds < 1) {
    throw new DurationError(String(seconds), "give whole seconds above zero");
  }
  const unit = unitsFromLongest.find((candidate) => seconds % unitSeconds[candidate] === 0) as Unit;
  return counted(seconds / unitSeconds[unit], unit);
}

/** Whole days of a number of seconds, rounded up. */
export function wholeDays(seconds: number): number {
  return Math.ceil(seconds / daySeconds);
}

/** The right text that a wrong one most likely meant. */
function suggestion(text: string): DurationText {
  const count = Number(/[1-9]\d{0,5}/.exec(text)?.[0] ?? 1);
  const word = (/[a-z]+/i.exec(text)?.[0] ?? "day").toLowerCase();
  const unit = units.find((candidate) => candidate.startsWith(word)) ?? nearest(word.replace(/s$/, ""), units) ?? "day";
  return counted(count, unit as Unit);
}

function counted(count: number, unit: Unit): DurationText {
  return count === 1 ? `${count} ${unit}` : `${count} ${unit}s`;
}
