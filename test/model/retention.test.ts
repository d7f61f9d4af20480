// Proves the class of each artefact and what expires. Does not prove that a store deletes or keeps anything.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  classOf,
  type ClassedArtefact,
  expired,
  type RetentionClass,
  retentionClasses,
} from "../../components/model/index.js";

const hourMs = 3_600_000;
const daySeconds = 86_400;

describe("classOf", () => {
  const all = retentionClasses;
  const made = (retentionClass: RetentionClass, time: string): ClassedArtefact => ({
    class: retentionClass,
    time: new Date(time),
  });
  const cases: [string, string, ClassedArtefact[], readonly RetentionClass[], RetentionClass][] = [
    ["the first of all is yearly", "2026-06-15T10:00Z", [], all, "yearly"],
    ["the next is monthly", "2026-06-15T11:00Z", [made("yearly", "2026-06-15T10:00Z")], all, "monthly"],
    ["no class is invented", "2026-06-15T11:00Z", [], ["hourly", "daily"], "daily"],
    ["the order of classes does not count", "2026-06-15T11:00Z", [], ["daily", "hourly"], "daily"],
    [
      "the lowest takes the rest",
      "2026-06-15T11:00Z",
      [made("daily", "2026-06-15T00:00Z")],
      ["hourly", "daily"],
      "hourly",
    ],
    ["a single class takes all", "2026-06-15T11:00Z", [made("daily", "2026-06-15T00:00Z")], ["daily"], "daily"],
    [
      "the last second of a year is of that year",
      "2026-12-31T23:59:59Z",
      [made("yearly", "2027-01-01T00:00Z")],
      all,
      "yearly",
    ],
    [
      "the first second of a year is of the new one",
      "2027-01-01T00:00Z",
      [made("yearly", "2026-12-31T23:59:59Z")],
      ["daily", "yearly"],
      "yearly",
    ],
    [
      "Sunday is of the week before Monday",
      "2026-11-22T23:59Z",
      [made("weekly", "2026-11-16T00:00Z")],
      ["daily", "weekly"],
      "daily",
    ],
    ["Monday begins a week", "2026-11-23T00:00Z", [made("weekly", "2026-11-22T23:59Z")], ["daily", "weekly"], "weekly"],
    [
      "a week goes over the year's end",
      "2027-01-01T00:00Z",
      [made("weekly", "2026-12-28T00:00Z")],
      ["daily", "weekly"],
      "daily",
    ],
    [
      "a month begins on the 1st in UTC",
      "2026-12-01T00:00Z",
      [made("monthly", "2026-11-30T23:59Z")],
      ["daily", "monthly"],
      "monthly",
    ],
    [
      "a leap day is of February",
      "2028-02-29T12:00Z",
      [made("monthly", "2028-02-01T00:00Z")],
      ["daily", "monthly"],
      "daily",
    ],
    [
      "the same month of another year is another",
      "2027-11-05T00:00Z",
      [made("monthly", "2026-11-05T00:00Z")],
      ["daily", "monthly"],
      "monthly",
    ],
  ];
  for (const [name, time, existing, classes, expected] of cases) {
    it(`${name}: ${expected}`, () => {
      assert.equal(classOf(new Date(time), existing, classes), expected);
    });
  }

  it("fails without a class", () => {
    assert.throws(() => classOf(new Date(0), [], []), {
      name: "RangeError",
      message: "classOf needs at least one retention class",
    });
  });

  it("leaves an artefact for every period that was promised after a year of hourly runs", () => {
    const retentionSeconds = {
      hourly: daySeconds,
      daily: 30 * daySeconds,
      weekly: 56 * daySeconds,
      monthly: 366 * daySeconds,
    };
    const { kept, now } = simulate(366 * 24, hourMs, retentionSeconds);
    const count = (retentionClass: RetentionClass): number => kept.filter((one) => one.class === retentionClass).length;
    // Of 366 days 13 months and 8 or 9 weeks are open; each day has its daily artefact and each of the last 24 hours
    // its own; the last day is 1 January, whose first two hours serve the month and the day.
    assert.deepEqual(
      ["monthly", "weekly", "daily", "hourly"].map((name) => count(name as RetentionClass)),
      [13, 8, 30, 22],
    );
    for (let age = 0; age < 24; age++) {
      const hour = now - age * hourMs;
      assert.ok(
        kept.some(({ time }) => time.getTime() === hour),
        `hour ${age}`,
      );
    }
    for (let age = 1; age < 30; age++) {
      const day = new Date(now - age * 24 * hourMs).toISOString().slice(0, 10);
      assert.ok(
        kept.some((one) => one.class === "daily" && one.time.toISOString().startsWith(day)),
        day,
      );
    }
  });

  it("leaves an artefact of each class or a higher for every period, whatever the policy and the pace", () => {
    const policies = fc.uniqueArray(fc.constantFrom(...retentionClasses), { minLength: 1 });
    fc.assert(
      fc.property(
        policies,
        fc.constantFrom(6, 12, 24),
        fc.integer({ min: 30, max: 120 }),
        (classes, paceHours, days) => {
          const seconds = { hourly: 2, daily: 10, weekly: 35, monthly: 90, yearly: 400 };
          const kept = Object.fromEntries(classes.map((name) => [name, seconds[name] * daySeconds]));
          const { kept: left, now } = simulate((days * 24) / paceHours, paceHours * hourMs, kept);
          const lengths = { hourly: paceHours / 24, daily: 1, weekly: 7, monthly: 31, yearly: 366 };
          for (const name of classes) {
            const rank = retentionClasses.indexOf(name);
            const serving = left
              .filter((one) => retentionClasses.indexOf(one.class) >= rank)
              .map(({ time }) => time.getTime());
            const since = Math.max(now - seconds[name] * daySeconds * 1_000, Date.UTC(2026, 0, 1));
            // No stretch of two of the class's periods inside its time is without an artefact.
            const points = [since, ...serving.filter((time) => time > since).sort((a, b) => a - b), now];
            const widest = Math.max(...points.map((point, index) => point - (points[index - 1] ?? point)));
            assert.ok(widest <= 2 * lengths[name] * 24 * hourMs, `${name}: ${widest / hourMs} hours`);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("expired", () => {
  const now = new Date("2026-11-21T00:00:00Z");
  const aged = (seconds: number, retentionClass: RetentionClass = "daily"): ClassedArtefact => ({
    class: retentionClass,
    time: new Date(now.getTime() - seconds * 1_000),
  });

  it("names what is as old as its class is kept, and not a second less", () => {
    const old = aged(604_800);
    assert.deepEqual(expired([old, aged(604_799), aged(0)], { daily: 604_800 }, now), [old]);
  });

  it("keeps the newest of all however old it is", () => {
    assert.deepEqual(expired([aged(9_999_999)], { daily: 1 }, now), []);
    assert.deepEqual(expired([aged(9_999_999), aged(9_999_998)], { daily: 1 }, now), [aged(9_999_999)]);
    assert.deepEqual(expired([], { daily: 1 }, now), []);
  });

  it("keeps for ever what is so declared, and classes that nothing is said about", () => {
    assert.deepEqual(expired([aged(9e9), aged(9e9, "yearly"), aged(0)], { daily: null }, now), []);
  });

  it("never names the newest and never anything younger than its class is kept", () => {
    const artefacts = fc.array(
      fc
        .tuple(fc.integer({ min: -10, max: 1_000 }), fc.constantFrom(...retentionClasses))
        .map(([age, name]) => aged(age, name)),
    );
    fc.assert(
      fc.property(artefacts, fc.integer({ min: 1, max: 1_000 }), (all, seconds) => {
        const gone = expired(all, { hourly: seconds, daily: seconds * 2, weekly: null }, now);
        const newest = Math.max(...all.map(({ time }) => time.getTime()));
        for (const one of gone) {
          const limit = one.class === "hourly" ? seconds : seconds * 2;
          assert.ok(one.class === "hourly" || one.class === "daily");
          assert.ok(now.getTime() - one.time.getTime() >= limit * 1_000);
          assert.ok(one.time.getTime() < newest);
        }
        const rest = all.filter((one) => !gone.includes(one));
        assert.deepEqual(expired(rest, { hourly: seconds, daily: seconds * 2, weekly: null }, now), []);
      }),
    );
  });
});

/** Runs and prunes at an even pace from 2026-01-01 on. */
function simulate(
  runs: number,
  paceMs: number,
  retentionSeconds: Partial<Record<RetentionClass, number>>,
): { kept: ClassedArtefact[]; now: number } {
  const classes = Object.keys(retentionSeconds) as RetentionClass[];
  let kept: ClassedArtefact[] = [];
  let now = Date.UTC(2026, 0, 1);
  for (let run = 0; run < runs; run++) {
    now = Date.UTC(2026, 0, 1) + run * paceMs;
    const time = new Date(now);
    kept.push({ class: classOf(time, kept, classes), time });
    const gone = new Set(expired(kept, retentionSeconds, time));
    kept = kept.filter((one) => !gone.has(one));
  }
  return { kept, now };
}
