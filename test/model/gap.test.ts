// Proves the longest gap of a schedule against croner's own enumeration and, for time zones, against a clock that is
// read minute by minute. Does not prove what a scheduler other than Kubernetes does in the hours of a clock change:
// croner, for one, moves a skipped run and leaves the second of two repeated ones out.
import assert from "node:assert/strict";
import { Cron } from "croner";
import fc from "fast-check";
import { longestGapSeconds } from "../../components/model/index.js";
import { skippedDay } from "../../components/model/gap.js";

const hour = 3_600;
const day = 24 * hour;

describe("longestGapSeconds", () => {
  const cases: [string, string | undefined, number][] = [
    ["* * * * *", undefined, 60],
    ["*/15 * * * *", undefined, 900],
    ["*/7 * * * *", undefined, 420],
    ["5 * * * *", undefined, hour],
    ["0 */6 * * *", undefined, 6 * hour],
    ["0 */5 * * *", undefined, 5 * hour],
    ["0 2 * * *", undefined, day],
    ["0 3 * * 0", undefined, 7 * day],
    ["0 3 * * 1-5", undefined, 72 * hour],
    ["0 3 * * mon-fri", undefined, 72 * hour],
    ["0 9-17 * * *", undefined, 16 * hour],
    ["0 0 1 * *", undefined, 31 * day],
    ["0 0 31 * *", undefined, 61 * day],
    ["0 0 1 1 *", undefined, 366 * day],
    ["0 0 1 JAN,jul *", undefined, 184 * day],
    ["0 0 29 2 *", undefined, 1_461 * day],
    ["0 0 13 * 5", undefined, 7 * day],
    ["0 0 30 2 1", undefined, 350 * day],
    ["0 0 */2 * 1", undefined, 2 * day],
    ["0 0 */1 * 1", undefined, 7 * day],
    ["0 2 * * *", "UTC", day],
    ["0 4 * * *", "Europe/Vienna", 25 * hour],
    ["0 4 * * 1-5", "Europe/Vienna", 73 * hour],
    ["0 2 * * *", "Europe/Vienna", 47 * hour],
    ["30 1 * * *", "America/New_York", day],
    ["30 * * * *", "Europe/Vienna", hour],
    ["0 4 * * *", "Asia/Kathmandu", day],
    ["15 0 * * *", "Australia/Lord_Howe", day + hour / 2],
    ["0 0 1 1,7 *", "Europe/Vienna", 184 * day + hour],
    ["0 4 * * 0", "Africa/Casablanca", 7 * day + hour],
  ];
  for (const [cron, timeZone, seconds] of cases) {
    it(`is ${seconds / hour} hours for ${cron} in ${timeZone ?? "no zone"}`, () => {
      assert.equal(longestGapSeconds(cron, timeZone), seconds);
    });
  }

  it("is what croner enumerates over two years", () => {
    fc.assert(
      fc.property(crons, (cron) => {
        assert.equal(longestGapSeconds(cron), enumerated(cron, 2));
      }),
      { numRuns: 80 },
    );
  });

  it("is what croner enumerates over 28 years where weekdays and days of the month mix", () => {
    fc.assert(
      fc.property(field(1, 28), fc.integer({ min: 0, max: 6 }), (dayOfMonth, dayOfWeek) => {
        fc.pre(dayOfMonth !== "*");
        const cron = `0 0 ${dayOfMonth} * ${dayOfWeek}`;
        assert.equal(longestGapSeconds(cron), enumerated(cron, 28));
      }),
      { numRuns: 4 },
    );
  });

  for (const timeZone of ["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]) {
    it(`is what a clock in ${timeZone} shows minute by minute`, () => {
      const clock = clockOf(timeZone);
      fc.assert(
        fc.property(weekly, (cron) => {
          assert.equal(longestGapSeconds(cron, timeZone), longestByClock(cron, clock));
        }),
        { numRuns: 40 },
      );
    });
  }
});

describe("skippedDay", () => {
  it("is the first day whose only run falls into the skipped hour", () => {
    assert.equal(skippedDay("30 2 * * *", "Europe/Vienna"), "2026-03-29");
    assert.equal(skippedDay("30 2 29 3 *", "Europe/Vienna"), "2026-03-29");
    assert.equal(skippedDay("30 2 * * 6", "Europe/Vienna"), undefined);
  });

  it("is undefined where another run of the day is left", () => {
    assert.equal(skippedDay("30 * * * *", "Europe/Vienna"), undefined);
    assert.equal(skippedDay("30 2 * * *"), undefined);
  });
});

/** A field that is a star, a step, a list or a range. */
function field(first: number, last: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: first, max: last });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  return fc.oneof(
    fc.constant("*"),
    value.map(String),
    range,
    fc.integer({ min: 2, max: 6 }).map((step) => `*/${step}`),
    fc.tuple(range, fc.integer({ min: 1, max: 5 })).map(([text, step]) => `${text}/${step}`),
    fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((values) => values.join(",")),
  );
}

/** Every form of minute, hour and day, the days at most a month apart, so that two years show all there is. */
const days = fc.oneof(
  field(1, 28).map((dayOfMonth) => `${dayOfMonth} * *`),
  field(0, 6).map((dayOfWeek) => `* * ${dayOfWeek}`),
);
const minutes = fc.oneof(
  field(0, 59).filter((text) => !text.startsWith("*")),
  fc.constant("*/20"),
);
const crons = fc.tuple(minutes, field(0, 23), days).map((fields) => fields.join(" "));

const weekly = fc
  .tuple(fc.constantFrom("0", "15", "30", "*/30", "5,50"), field(0, 4), field(0, 6))
  .map(([minute, hours, dayOfWeek]) => `${minute} ${hours} * * ${dayOfWeek}`);

/**
 * The longest gap between croner's runs: all of one day, and the days of some years. croner 10.0.1 is asked anew from
 * every 1 March: from the end of a February it can lose days (for every third day it goes from 2028-02-28 to
 * 2028-03-04).
 */
function enumerated(cron: string, years: number): number {
  const [minute = "", hours = "", ...rest] = cron.split(" ");
  const start = Date.UTC(2026, 4, 1);
  const times = runs(`${minute} ${hours} * * *`, start, start + day * 1_000).map((time) => time - start);
  const midnights = Array.from({ length: years }, (_, index) =>
    runs(`0 0 ${rest.join(" ")}`, Date.UTC(2026 + index, 2, 1), Date.UTC(2027 + index, 2, 1)),
  ).flat();
  const between = longest(midnights) * 1_000 - (times.at(-1) ?? 0) + (times[0] ?? 0);
  return Math.max(between / 1_000, longest(times));
}

/** Every run from one moment up to, and not at, another. */
function runs(cron: string, from: number, to: number): number[] {
  const job = new Cron(cron, { timezone: "Etc/UTC" });
  const found: number[] = [];
  let next = job.nextRun(new Date(from - 1_000));
  while (next !== null && next.getTime() < to) {
    found.push(next.getTime());
    next = job.nextRun(next);
  }
  return found;
}

function longest(moments: readonly number[]): number {
  return moments.reduce((most, moment, index) => Math.max(most, (moment - (moments[index - 1] ?? moment)) / 1_000), 0);
}

/** What a clock on the wall shows at every fifth minute of the weeks around each change of clocks in 2026 and 2027. */
interface ClockMinute {
  readonly moment: number;
  readonly minute: number;
  readonly hour: number;
  readonly weekday: number;
  /** First minute of a stretch that does not follow the one before. */
  readonly breaks: boolean;
}

function clockOf(timeZone: string): ClockMinute[] {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit" });
  const shown = (moment: number): { weekday: number; hour: number; minute: number } => {
    const [weekday = "", time = ""] = format.format(moment).split(" ");
    const [hours = 0, minute = 0] = time.split(":").map(Number);
    return {
      weekday: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].indexOf(weekday.slice(0, 3)),
      hour: hours,
      minute,
    };
  };
  const start = Date.UTC(2026, 0, 1);
  const calendar = Array.from({ length: 731 }, (_, index) => start + index * day * 1_000);
  const changed = calendar.filter(
    (moment) =>
      shown(moment).hour !== shown(moment + day * 1_000).hour ||
      shown(moment).minute !== shown(moment + day * 1_000).minute,
  );
  return changed.flatMap((centre) =>
    Array.from({ length: 17 * 288 }, (_, index) => {
      const moment = centre + (index - 8 * 288) * 300_000;
      return { moment, ...shown(moment), breaks: index === 0 };
    }),
  );
}

function longestByClock(cron: string, clock: readonly ClockMinute[]): number {
  const [minute = "", hours = "", , , weekday = ""] = cron.split(" ");
  const [minuteValues, hourValues, weekdays] = [values(minute, 59), values(hours, 23), values(weekday, 6)];
  let last: number | undefined;
  let most = 0;
  for (const at of clock) {
    last = at.breaks ? undefined : last;
    if (minuteValues.has(at.minute) && hourValues.has(at.hour) && weekdays.has(at.weekday)) {
      most = Math.max(most, (at.moment - (last ?? at.moment)) / 1_000);
      last = at.moment;
    }
  }
  return most;
}

function values(text: string, last: number): Set<number> {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [range = "", step = "1"] = part.split("/");
    const [from = "", to = from] = range === "*" ? ["0", String(last)] : range.split("-");
    for (let value = Number(from); value <= Number(to); value += Number(step)) {
      found.add(value);
    }
  }
  return found;
}
