// Proves the schedule of every frequency. Does not prove that a service runs it on time.
import assert from "node:assert/strict";
import fc from "fast-check";
import { type DurationText, resolveFrequency, stableHash } from "../../components/model/index.js";

const hour = 3_600;
const day = 24 * hour;

describe("resolveFrequency", () => {
  const scheduled: [DurationText, string, number, number][] = [
    ["1 minute", "* * * * *", 60, 60],
    ["15 minutes", "*/15 * * * *", 900, 900],
    ["30 minutes", "*/30 * * * *", 1_800, 1_800],
    ["60 minutes", "4 * * * *", hour, hour],
    ["1 hour", "4 * * * *", hour, hour],
    ["6 hours", "4 */6 * * *", 6 * hour, 6 * hour],
    ["12 hours", "4 */12 * * *", 12 * hour, 12 * hour],
    ["24 hours", "4 4 * * *", day, day],
    ["1 day", "4 4 * * *", day, day],
    ["7 days", "4 4 * * 3", 7 * day, 7 * day],
    ["1 week", "4 4 * * 3", 7 * day, 7 * day],
    ["1 month", "4 4 11 * *", 2_629_800, 31 * day],
    ["3 months", "4 4 11 1,4,7,10 *", 7_889_400, 92 * day],
    ["1 year", "4 4 11 10 *", 31_557_600, 366 * day],
  ];
  for (const [frequency, cron, intervalSeconds, longestGapSeconds] of scheduled) {
    it(`runs every ${frequency} as ${cron} for orders`, () => {
      const schedule = { cron, timeZone: "Etc/UTC" };
      assert.deepEqual(resolveFrequency(frequency, "orders"), { schedule, intervalSeconds, longestGapSeconds });
    });
  }

  it("keeps a cron expression as it is written", () => {
    assert.deepEqual(resolveFrequency({ cron: "00 02  * * SUN" }, "orders"), {
      schedule: { cron: "00 02  * * SUN", timeZone: "Etc/UTC" },
      intervalSeconds: null,
      longestGapSeconds: 7 * day,
    });
    assert.deepEqual(resolveFrequency({ cron: "0 4 * * *", timeZone: "Europe/Vienna" }, "orders"), {
      schedule: { cron: "0 4 * * *", timeZone: "Europe/Vienna" },
      intervalSeconds: null,
      longestGapSeconds: 25 * hour,
    });
  });

  for (const frequency of ["continuous", "on-change", "manual", "none"] as const) {
    it(`has no schedule for ${frequency}`, () => {
      assert.deepEqual(resolveFrequency(frequency, "orders"), {
        schedule: { cron: null, timeZone: "Etc/UTC" },
        intervalSeconds: null,
        longestGapSeconds: null,
      });
    });
  }

  const refused: [DurationText, string][] = [
    ["3 days", "3 days"],
    ["36 hours", "36 hours"],
    ["5 hours", "5 hours"],
    ["90 minutes", "90 minutes"],
    ["30 seconds", "30 seconds"],
    ["45 minutes", "45 minutes"],
    ["2 weeks", "2 weeks"],
    ["5 months", "5 months"],
    ["2 years", "2 years"],
  ];
  for (const [frequency, length] of refused) {
    it(`fails for ${frequency} and offers a cron expression`, () => {
      assert.throws(() => resolveFrequency(frequency, "orders"), {
        name: "FrequencyError",
        message:
          `no cron expression runs every ${length}: write 30 minutes, 1, 2, 3, 4, 6, 8 or 12 hours, 1 day, 1 week, ` +
          `1, 3 or 6 months, or an expression of your own, such as { cron: "0 2 * * *" }`,
      });
    });
  }

  it("spreads runs of a day and more over 00:00 to 05:59 and never moves them", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("1 day", "1 week", "1 month", "6 months"), (key, frequency) => {
        const { cron } = resolveFrequency(frequency, key).schedule;
        assert.ok(/^([0-5]?\d) [0-5] /.test(cron ?? ""), cron ?? "");
        assert.equal(resolveFrequency(frequency, key).schedule.cron, cron);
      }),
    );
  });

  it("gives a thousand names all 360 minutes of the window but few", () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `db-${index}`);
    const starts = new Set(names.map((name) => resolveFrequency("1 day", name).schedule.cron));
    assert.ok(starts.size > 300, `${starts.size} of 360`);
  });
});

describe("stableHash", () => {
  it("is the same number for ever: every schedule hangs on it", () => {
    assert.deepEqual(
      ["", "orders", "etcd", "größe"].map(stableHash),
      [447_806_413, 767_706_724, 1_572_607_837, 1_132_701_945],
    );
  });
});
