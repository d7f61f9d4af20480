import { nearest } from "./nearest.js";

/** A cron expression of five fields, read. */
export interface CronFields {
  /** Minutes since midnight at which a run starts on a matching day, ascending. */
  readonly minutesOfDay: readonly number[];
  /** The last three fields: expressions that have them alike run on the same days. */
  readonly days: string;
  /** By month, 1 to 12. */
  readonly months: readonly boolean[];
  /** By day of the month, 1 to 31. */
  readonly daysOfMonth: readonly boolean[];
  /** By day of the week, 0 (Sunday) to 6. */
  readonly daysOfWeek: readonly boolean[];
  /** The day-of-month field is `*`: the day of the week alone decides. */
  readonly anyDayOfMonth: boolean;
  /** The day-of-week field is `*`: the day of the month alone decides. */
  readonly anyDayOfWeek: boolean;
  /** The month field lets every month through. */
  readonly anyMonth: boolean;
}

interface FieldKind {
  readonly noun: string;
  readonly first: number;
  readonly last: number;
  readonly names: readonly string[];
}

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const minuteField: FieldKind = { noun: "minute", first: 0, last: 59, names: [] };
const hourField: FieldKind = { noun: "hour", first: 0, last: 23, names: [] };
const dayOfMonthField: FieldKind = { noun: "day of the month", first: 1, last: 31, names: [] };
const monthField: FieldKind = { noun: "month", first: 1, last: 12, names: monthNames };
const dayOfWeekField: FieldKind = { noun: "day of the week", first: 0, last: 6, names: dayNames };
const longestMonth = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A frequency or cron expression that cannot be scheduled. Its message says what to write. */
export class FrequencyError extends Error {
  /** Tells this error from others. */
  override readonly name = "FrequencyError";
}

const known = new Map<string, CronFields>();

/**
 * Reads a cron expression as Kubernetes does: five fields; lists, ranges, steps and English names; where day of the
 * month and day of the week are both restricted, a day that matches either counts. What not every scheduler reads
 * the same (`7` for Sunday, `5/15`, `?`, `L`, `#`, `@daily`, seconds, years, `TZ=`) is refused.
 *
 * @throws {@link FrequencyError} with what is wrong and what to write.
 */
export function parseCron(cron: string): CronFields {
  const cached = known.get(cron);
  if (cached !== undefined) {
    return cached;
  }
  const fields = readCron(cron);
  known.set(cron, fields);
  return fields;
}

/** Whether a calendar day matches; `month` counts from 1, `dayOfWeek` from 0 (Sunday). */
export function matchesDay(fields: CronFields, month: number, dayOfMonth: number, dayOfWeek: number): boolean {
  if (fields.months[month] !== true) {
    return false;
  }
  const byMonth = fields.daysOfMonth[dayOfMonth] === true;
  const byWeek = fields.daysOfWeek[dayOfWeek] === true;
  return fields.anyDayOfMonth || fields.anyDayOfWeek ? byMonth && byWeek : byMonth || byWeek;
}

function readCron(cron: string): CronFields {
  if (/^(CRON_)?TZ=/i.test(cron)) {
    throw problem(cron, "has a time zone in it: write the zone as timeZone beside cron");
  }
  const texts = cron.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = texts;
  if (
    texts.length !== 5 ||
    minute === undefined ||
    hour === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined
  ) {
    throw problem(cron, `has ${texts.length} ${texts.length === 1 ? "field" : "fields"}: ${fiveFields}`);
  }
  const minutes = readField(cron, minute, minuteField);
  const hours = readField(cron, hour, hourField);
  const fields: CronFields = {
    minutesOfDay: hours.flatMap((inHour, h) => (inHour ? minutes.flatMap((on, m) => (on ? [h * 60 + m] : [])) : [])),
    days: `${dayOfMonth} ${month} ${dayOfWeek}`,
    months: readField(cron, month, monthField),
    daysOfMonth: readField(cron, dayOfMonth, dayOfMonthField),
    daysOfWeek: readField(cron, dayOfWeek, dayOfWeekField),
    anyDayOfMonth: isStar(dayOfMonth),
    anyDayOfWeek: isStar(dayOfWeek),
    anyMonth: isStar(month),
  };
  if (neverFires(fields)) {
    throw problem(cron, `never fires: no month of "${month}" has a day "${dayOfMonth}"`);
  }
  return fields;
}

const fiveFields = 'write five, minute hour day-of-month month day-of-week, such as "0 2 * * *"';

/** One flag per value of a field, indexed by the value. */
function readField(cron: string, text: string, kind: FieldKind): boolean[] {
  const flags = new Array<boolean>(kind.last + 1).fill(false);
  for (const part of text.split(",")) {
    const [range, step] = readPart(cron, part, kind);
    for (let value = range[0]; value <= range[1]; value += step) {
      flags[value] = true;
    }
  }
  return flags;
}

function readPart(cron: string, part: string, kind: FieldKind): readonly [readonly [number, number], number] {
  const match = /^(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/i.exec(part);
  if (match === null) {
    throw problem(cron, `has ${JSON.stringify(part)} as ${kind.noun}: write *, a number, a-b, */n or a-b/n, or a list`);
  }
  const [, star, from, to, stepText] = match;
  const first = star === undefined ? readValue(cron, from as string, kind) : kind.first;
  const last = star !== undefined ? kind.last : to === undefined ? first : readValue(cron, to, kind);
  if (last < first) {
    throw problem(cron, `has "${part}" as ${kind.noun}, which ends before it begins: write the lower value first`);
  }
  if (stepText === undefined) {
    return [[first, last], 1];
  }
  const step = Number(stepText);
  const longestStep = kind.last - kind.first;
  if (step < 1 || step > longestStep) {
    throw problem(cron, `has "${part}" as ${kind.noun}: write a step from 1 to ${longestStep}`);
  }
  if (star === undefined && to === undefined) {
    throw problem(cron, `has "${part}" as ${kind.noun}: write "${first}-${kind.last}/${step}"`);
  }
  return [[first, last], step];
}

function readValue(cron: string, text: string, kind: FieldKind): number {
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    if (value >= kind.first && value <= kind.last) {
      return value;
    }
    const advice =
      kind === dayOfWeekField && value === 7 ? `write 0 for Sunday` : `write ${kind.first} to ${kind.last}`;
    throw problem(cron, `has "${text}" as ${kind.noun}: ${advice}`);
  }
  const index = kind.names.indexOf(text.toUpperCase());
  if (index < 0) {
    const near = nearest(text, kind.names) ?? `${kind.first} to ${kind.last}`;
    throw problem(cron, `has "${text}" as ${kind.noun}: write ${near}`);
  }
  return index + kind.first;
}

/** Kubernetes takes a star with a step above 1 for a restriction. */
function isStar(text: string): boolean {
  return /^\*(\/0*1)?$/.test(text);
}

/** Only a day of the month that no chosen month has can keep an expression from ever firing. */
function neverFires(fields: CronFields): boolean {
  const restrictedByMonthDay = !fields.anyDayOfMonth && fields.anyDayOfWeek;
  return (
    restrictedByMonthDay &&
    !longestMonth.some(
      (days, month) => fields.months[month] === true && fields.daysOfMonth.some((on, day) => on && day <= days),
    )
  );
}

function problem(cron: string, text: string): FrequencyError {
  return new FrequencyError(`cron ${JSON.stringify(cron)} ${text}`);
}
