// Proves which cron expressions and time zones are read and how others are refused. Does not prove that a given
// version of Kubernetes reads them so; test/engine does that with a cluster.
import assert from "node:assert/strict";
import { Cron } from "croner";
import fc from "fast-check";
import { longestGapSeconds } from "../../components/model/index.js";
import { matchesDay, parseCron } from "../../components/model/cron.js";
import { timeZone } from "../../components/model/time-zone.js";

const fiveFields = 'write five, minute hour day-of-month month day-of-week, such as "0 2 * * *"';

describe("parseCron", () => {
  const wrong: [string, string][] = [
    ["0 0 30 2 *", 'never fires: no month of "2" has a day "30"'],
    ["0 0 31 2,4,6,9,11 *", 'never fires: no month of "2,4,6,9,11" has a day "31"'],
    ["0 0 0 * * *", `has 6 fields: ${fiveFields}`],
    ["0 0 0 * * * 2026", `has 7 fields: ${fiveFields}`],
    ["@daily", `has 1 field: ${fiveFields}`],
    ["", `has 1 field: ${fiveFields}`],
    ["0 2 * *", `has 4 fields: ${fiveFields}`],
    ["TZ=Europe/Vienna 0 2 * * *", "has a time zone in it: write the zone as timeZone beside cron"],
    ["CRON_TZ=UTC 0 2 * * *", "has a time zone in it: write the zone as timeZone beside cron"],
    ["60 * * * *", 'has "60" as minute: write 0 to 59'],
    ["0 24 * * *", 'has "24" as hour: write 0 to 23'],
    ["0 0 0 * *", 'has "0" as day of the month: write 1 to 31'],
    ["0 0 * 13 *", 'has "13" as month: write 1 to 12'],
    ["0 0 * * 7", 'has "7" as day of the week: write 0 for Sunday'],
    ["0 0 * * 8", 'has "8" as day of the week: write 0 to 6'],
    ["0 0 * * moo", 'has "moo" as day of the week: write MON'],
    ["0 0 * * sunday", 'has "sunday" as day of the week: write 0 to 6'],
    ["0 0 * juli *", 'has "juli" as month: write JUL'],
    ["mon 0 * * *", 'has "mon" as minute: write 0 to 59'],
    ["5/15 * * * *", 'has "5/15" as minute: write "5-59/15"'],
    ["*/0 * * * *", 'has "*/0" as minute: write a step from 1 to 59'],
    ["*/60 * * * *", 'has "*/60" as minute: write a step from 1 to 59'],
    ["0 17-9 * * *", 'has "17-9" as hour, which ends before it begins: write the lower value first'],
    ["0 0 ? * *", 'has "?" as day of the month: write *, a number, a-b, */n or a-b/n, or a list'],
    ["0 0 L * *", 'has "L" as day of the month: write 1 to 31'],
    ["0 0 * * 5#2", 'has "5#2" as day of the week: write *, a number, a-b, */n or a-b/n, or a list'],
    ["0,, 0 * * *", 'has "" as minute: write *, a number, a-b, */n or a-b/n, or a list'],
  ];
  for (const [cron, text] of wrong) {
    it(`fails for "${cron}"`, () => {
      assert.throws(() => parseCron(cron), { name: "FrequencyError", message: `cron "${cron}" ${text}` });
    });
  }

  it("reads at the bounds of every field", () => {
    const fields = parseCron("0,59 0,23 1,31 1,12 *");
    assert.deepEqual(fields.minutesOfDay, [0, 59, 1_380, 1_439]);
    assert.ok(matchesDay(fields, 1, 31, 3) && matchesDay(fields, 12, 1, 0));
    assert.ok(!matchesDay(fields, 11, 1, 0) && !matchesDay(fields, 1, 30, 0));
    assert.ok(matchesDay(parseCron("0 0 * * 0,6"), 5, 5, 6));
    assert.equal(longestGapSeconds("0 0 31 1 *"), 366 * 86_400);
    assert.equal(longestGapSeconds("*/59 */23 */30 */11 */6"), longestGapSeconds("0,59 0,23 1,31 1,12 0,6"));
  });

  it("takes either day where both are restricted, as Kubernetes does", () => {
    const fields = parseCron("0 0 13 * 5");
    assert.ok(matchesDay(fields, 2, 13, 1) && matchesDay(fields, 2, 20, 5) && !matchesDay(fields, 2, 14, 1));
    assert.equal(longestGapSeconds("0 0 30 2 1"), 350 * 86_400, "a day that never comes leaves the Mondays");
  });

  it("matches the days that croner matches", () => {
    const month = fc.integer({ min: 1, max: 12 });
    const texts = fc.tuple(
      fc.oneof(fc.constant("*"), fc.integer({ min: 1, max: 31 }).map(String), fc.constant("1-7"), fc.constant("*/5")),
      fc.oneof(fc.constant("*"), month.map(String), fc.constant("mar-oct"), fc.constant("2,7")),
      fc.oneof(
        fc.constant("*"),
        fc.integer({ min: 0, max: 6 }).map(String),
        fc.constant("mon-fri"),
        fc.constant("*/2"),
      ),
    );
    const days = fc.integer({ min: Date.UTC(2026, 0, 1) / 86_400_000, max: Date.UTC(2053, 0, 1) / 86_400_000 });
    fc.assert(
      fc.property(texts, days, ([dayOfMonth, monthText, dayOfWeek], number) => {
        const cron = `0 0 ${dayOfMonth} ${monthText} ${dayOfWeek}`;
        const date = new Date(number * 86_400_000);
        const job = new Cron(cron, { timezone: "Etc/UTC" });
        fc.pre(job.nextRun() !== null);
        const matched = matchesDay(parseCron(cron), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay());
        assert.equal(matched, job.match(date), `${cron} on ${date.toISOString()}`);
      }),
      { numRuns: 500 },
    );
  });

  it("never fails in another way, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9*/, -]{1,20}$/)), (text) => {
        try {
          parseCron(text);
        } catch (error) {
          assert.equal((error as Error).name, "FrequencyError");
        }
      }),
    );
  });
});

describe("timeZone", () => {
  const wrong: [string, string][] = [
    ["Europe/Viena", "Europe/Vienna"],
    ["europe/vienna", "Europe/Vienna"],
    ["America/NewYork", "America/New_York"],
    ["+01:00", "Europe/Vienna"],
    ["", "Europe/Vienna"],
    ["Local", "Europe/Vienna"],
  ];
  for (const [name, near] of wrong) {
    it(`fails for "${name}"`, () => {
      assert.throws(() => timeZone(name), {
        name: "FrequencyError",
        message: `time zone "${name}" is not known: write an IANA name, such as "${near}"`,
      });
    });
  }

  it("knows when clocks change, to the minute", () => {
    const hour = 3_600_000;
    assert.deepEqual(timeZone("Europe/Vienna").transitions.slice(0, 2), [
      { at: Date.parse("2026-03-29T01:00Z"), before: hour, after: 2 * hour },
      { at: Date.parse("2026-10-25T01:00Z"), before: 2 * hour, after: hour },
    ]);
    assert.deepEqual(timeZone("America/New_York").transitions[0], {
      at: Date.parse("2026-03-08T07:00Z"),
      before: -5 * hour,
      after: -4 * hour,
    });
    for (const name of ["Etc/UTC", "UTC", "Asia/Kathmandu"]) {
      assert.deepEqual(timeZone(name).transitions, []);
    }
    assert.equal(timeZone("Asia/Kathmandu").offsetAt(0), 5.75 * hour);
  });
});
