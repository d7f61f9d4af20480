// Proves which word is suggested. Does not prove that every component suggests one.
import assert from "node:assert/strict";
import fc from "fast-check";
import { nearest } from "../../components/model/index.js";
import { choose } from "../../components/model/nearest.js";

describe("nearest", () => {
  const cases: [string, string[], string | undefined][] = [
    ["retenton", ["frequency", "retention"], "retention"],
    ["Compliance", ["governance", "compliance"], "compliance"],
    ["dya", ["day", "week"], "day"],
    ["dialy", ["daily", "hourly"], "daily"],
    ["prodction", ["development", "staging", "production"], "production"],
    ["ab", ["ac", "ad"], "ac"],
    ["prod", ["development", "staging", "production"], "production"],
    ["pr", ["development", "staging", "production"], undefined],
    ["zebra", ["daily", "hourly"], undefined],
    ["", [], undefined],
    ["a", ["abcdef"], undefined],
  ];
  for (const [word, choices, expected] of cases) {
    it(`finds ${String(expected)} for "${word}" among ${choices.join(", ") || "nothing"}`, () => {
      assert.equal(nearest(word, choices), expected);
    });
  }

  it("finds a word with one letter missing", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{4,12}$/), fc.nat(), (word, position) => {
        const cut = position % word.length;
        assert.equal(nearest(word.slice(0, cut) + word.slice(cut + 1), ["0123456789012345", word]), word);
      }),
    );
  });
});

describe("choose", () => {
  it("names the nearest, or all", () => {
    assert.equal(choose("kep", ["keep", "delete"]), "write keep");
    assert.equal(choose("burn", ["keep", "delete"]), "use one of keep, delete");
  });
});
