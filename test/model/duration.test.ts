// Proves the reading and writing of durations. Does not prove that any component uses them.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  DurationError,
  type DurationText,
  formatDuration,
  parseDuration,
  wholeDays,
} from "../../components/model/index.js";

describe("parseDuration", () => {
  const right: [string, number][] = [
    ["1 second", 1],
    ["90 seconds", 90],
    ["1 minute", 60],
    ["26 hours", 93_600],
    ["1 day", 86_400],
    ["1 days", 86_400],
    ["4 weeks", 2_419_200],
    ["1 month", 2_629_800],
    ["12 months", 31_557_600],
    ["1 year", 31_557_600],
  ];
  for (const [text, seconds] of right) {
    it(`reads "${text}" as ${seconds} seconds`, () => {
      assert.equal(parseDuration(text), seconds);
    });
  }

  const wrong: [string, string][] = [
    ["1 dya", "1 day"],
    ["14 dyas", "14 days"],
    ["30d", "30 days"],
    ["12h", "12 hours"],
    ["5 min", "5 minutes"],
    ["7 Days", "7 days"],
    ["0 days", "1 day"],
    ["1  day", "1 day"],
    [" 1 day", "1 day"],
    ["1 day ", "1 day"],
    ["-1 day", "1 day"],
    ["2 fortnights", "2 days"],
    ["", "1 day"],
    ["86400", "86400 days"],
    ["9007199254740993 seconds", "900719 seconds"],
  ];
  for (const [text, suggestion] of wrong) {
    it(`fails for "${text}" and suggests "${suggestion}"`, () => {
      assert.throws(() => parseDuration(text), {
        name: "DurationError",
        message: `"${text}" is not a duration: write a whole number and a unit, such as "${suggestion}"`,
      });
    });
  }

  it("suggests only what it reads", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseDuration(text);
        } catch (error) {
          assert.ok(error instanceof DurationError);
          assert.ok(parseDuration(/such as "(.*)"$/.exec(error.advice)?.[1] ?? "") > 0);
        }
      }),
    );
  });
});

describe("formatDuration", () => {
  it("writes the largest unit that divides", () => {
    assert.deepEqual([1, 60, 90, 3_600, 86_400, 90_000, 604_800, 691_200, 2_629_800, 31_557_600].map(formatDuration), [
      "1 second",
      "1 minute",
      "90 seconds",
      "1 hour",
      "1 day",
      "25 hours",
      "1 week",
      "8 days",
      "1 month",
      "1 year",
    ]);
  });

  it("is undone by parseDuration for every number of seconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (seconds) => {
        assert.equal(parseDuration(formatDuration(seconds)), seconds);
      }),
    );
  });

  it("writes a text it has written the same again", () => {
    const texts = fc
      .tuple(
        fc.integer({ min: 1, max: 10_000 }),
        fc.constantFrom("second", "minute", "hour", "day", "week", "month", "year"),
      )
      .map(([count, unit]) => `${count} ${unit}s` as DurationText);
    fc.assert(
      fc.property(texts, (text) => {
        const canonical = formatDuration(parseDuration(text));
        assert.equal(formatDuration(parseDuration(canonical)), canonical);
      }),
    );
  });

  for (const seconds of [0, -1, 1.5, NaN, Infinity]) {
    it(`fails for ${seconds}`, () => {
      assert.throws(() => formatDuration(seconds), {
        name: "DurationError",
        message: `${seconds} is not a duration: give whole seconds above zero`,
      });
    });
  }
});

describe("wholeDays", () => {
  it("rounds up", () => {
    assert.deepEqual([1, 86_400, 86_401, 31_557_600].map(wholeDays), [1, 1, 2, 366]);
  });
});
