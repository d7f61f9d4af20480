// Proves where two schedules first meet, against croner's own runs of a year. Does not prove how long a run takes.
import assert from "node:assert/strict";
import { Cron } from "croner";
import fc from "fast-check";
import { overlaps } from "../../components/model/index.js";

const utc = (cron: string): { cron: string; timeZone: string } => ({ cron, timeZone: "Etc/UTC" });
const vienna = (cron: string): { cron: string; timeZone: string } => ({ cron, timeZone: "Europe/Vienna" });

describe("overlaps", () => {
  const cases: [
    string,
    { cron: string | null; timeZone: string },
    { cron: string | null; timeZone: string },
    string?,
  ][] = [
    ["the same time", utc("0 2 * * *"), utc("0 2 * * *"), "2026-01-01T02:00:00.000Z"],
    ["an hourly and a daily run", utc("30 * * * *"), utc("30 4 * * 0"), "2026-01-04T04:30:00.000Z"],
    ["other minutes", utc("0 2 * * *"), utc("1 2 * * *")],
    ["other weekdays", utc("0 2 * * 1"), utc("0 2 * * 2")],
    ["other months", utc("0 2 1 1 *"), utc("0 2 1 2 *")],
    ["a weekday and a date that meet late", utc("0 2 29 2 *"), utc("0 2 * * 0"), "2032-02-29T02:00:00.000Z"],
    ["two zones in winter only", utc("0 3 * * *"), vienna("0 4 * * *"), "2026-01-01T03:00:00.000Z"],
    ["two zones in summer only", utc("0 2 * * *"), vienna("0 4 * * *"), "2026-03-29T02:00:00.000Z"],
    ["two zones, the other way round", vienna("0 4 * * *"), utc("*/30 2 * * *"), "2026-03-29T02:00:00.000Z"],
    ["two zones on other days", utc("30 23 * * 0"), vienna("30 0 * * 0")],
    ["two zones on either side of midnight", utc("30 23 * * 0"), vienna("30 0 * * 1"), "2026-01-04T23:30:00.000Z"],
    ["two zones and minutes that never meet", utc("10 * * * *"), vienna("20 * * * *")],
    ["a time that summer time skips", vienna("30 2 29 3 0"), vienna("30 2 29 3 *"), "2027-03-29T00:30:00.000Z"],
    ["no schedule", { cron: null, timeZone: "Etc/UTC" }, utc("* * * * *")],
    ["no other schedule", utc("* * * * *"), { cron: null, timeZone: "Etc/UTC" }],
  ];
  for (const [name, one, other, first] of cases) {
    it(`finds ${first ?? "nothing"} for ${name}`, () => {
      assert.equal(overlaps(one, other)?.toISOString(), first);
      assert.equal(overlaps(other, one)?.toISOString(), first);
    });
  }

  it("finds what croner finds", () => {
    const minute = fc.constantFrom("0", "30", "*/20", "5,10");
    const hour = fc.constantFrom("0", "3", "*/5", "1-4");
    const cron = fc
      .tuple(minute, hour, fc.constantFrom("*", "1", "15"), fc.constantFrom("*", "1", "1-5"))
      .map(([m, h, dom, dow]) => `${m} ${h} ${dom} * ${dow}`);
    fc.assert(
      fc.property(cron, cron, (one, other) => {
        assert.equal(overlaps(utc(one), utc(other))?.getTime(), firstByCroner(one, other));
      }),
      { numRuns: 40 },
    );
  });
});

function firstByCroner(one: string, other: string): number | undefined {
  const jobs = [one, other].map((cron) => new Cron(cron, { timezone: "Etc/UTC" }));
  const [a, b] = jobs as [Cron, Cron];
  const start = new Date(Date.UTC(2026, 0, 1) - 1_000);
  let [x, y] = [a.nextRun(start), b.nextRun(start)];
  const end = Date.UTC(2027, 0, 1);
  while (x !== null && y !== null && x.getTime() < end && y.getTime() < end) {
    if (x.getTime() === y.getTime()) {
      return x.getTime();
    }
    if (x < y) {
      x = a.nextRun(new Date(y.getTime() - 1_000));
    } else {
      y = b.nextRun(new Date(x.getTime() - 1_000));
    }
  }
  return undefined;
}
