// Proves how problems, values and locations are written. Does not prove that Pulumi prints an error without its stack.
import assert from "node:assert/strict";
import {
  type Issue,
  locationKey,
  ModelError,
  renderIssues,
  throwErrors,
  unknownKeys,
} from "../../components/model/index.js";
import { byLocation } from "../../components/model/location.js";
import { counted, listed, show } from "../../components/model/show.js";

const issue = (level: Issue["level"], message: string): Issue => ({ id: "copies", level, path: "a", message });

describe("renderIssues", () => {
  it("counts the problems and writes one indented line for each", () => {
    assert.equal(renderIssues("plan", [issue("error", "one")]), "plan has 1 problem:\n  one");
    assert.equal(
      renderIssues("plan", [issue("error", "one"), issue("warning", "two")]),
      "plan has 2 problems:\n  one\n  two",
    );
  });
});

describe("throwErrors", () => {
  it("throws all errors at once and leaves warnings out", () => {
    const issues = [issue("error", "one"), issue("warning", "two"), issue("error", "three")];
    assert.throws(
      () => {
        throwErrors("plan", issues);
      },
      (error: unknown) => {
        assert.ok(error instanceof ModelError);
        assert.equal(error.name, "ModelError");
        assert.equal(error.message, "plan has 2 problems:\n  one\n  three");
        assert.deepEqual(error.issues, [issues[0], issues[2]]);
        return true;
      },
    );
  });

  it("does nothing where no issue is an error", () => {
    throwErrors("plan", [issue("warning", "two")]);
  });
});

describe("unknownKeys", () => {
  const message = (path: string, got: string, advice: string): string =>
    `${path} must be a key that is known (nothing reads other keys), got ${got}; ${advice}`;

  it("names each unknown key with the nearest that is known", () => {
    assert.deepEqual(unknownKeys({ retenton: 1, zebra: 2, kind: 3 }, ["kind", "retention"], "assets.orders"), [
      {
        id: "unknown-key",
        level: "error",
        path: "assets.orders.retenton",
        message: message("assets.orders.retenton", "retenton", "write retention"),
      },
      {
        id: "unknown-key",
        level: "error",
        path: "assets.orders.zebra",
        message: message("assets.orders.zebra", "zebra", "remove it or use one of kind, retention"),
      },
    ]);
  });

  it("takes undefined for absent", () => {
    assert.deepEqual(unknownKeys({ zebra: undefined }, [], "a"), []);
  });

  for (const [name, value, got] of [
    ["a list", [], "[]"],
    ["null", null, "null"],
    ["a text", "x", '"x"'],
    ["nothing", undefined, "undefined"],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.deepEqual(unknownKeys(value, ["kind"], "assets"), [
        {
          id: "type",
          level: "error",
          path: "assets",
          message: `assets must be an object (type of the setting), got ${got}; write its keys`,
        },
      ]);
    });
  }
});

describe("show", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const cases: [unknown, string][] = [
    ["x", '"x"'],
    [NaN, "NaN"],
    [1.5, "1.5"],
    [undefined, "undefined"],
    [() => 1, "function"],
    [1n, "bigint"],
    [Symbol("x"), "symbol"],
    [circle, "object"],
    ["y".repeat(100), `"${"y".repeat(76)}...`],
  ];
  for (const [value, text] of cases) {
    it(`writes ${text}`, () => {
      assert.equal(show(value), text);
    });
  }
});

describe("listed and counted", () => {
  it("write lists and numbers as prose", () => {
    assert.deepEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]].map(listed), ["", "a", "a and b", "a, b and c"]);
    assert.deepEqual(
      [1, 2].map((count) => counted(count, "copy", "copies")),
      ["1 copy", "2 copies"],
    );
  });
});

describe("locationKey", () => {
  it("is provider, account and region, the account default where none is named", () => {
    assert.equal(locationKey({ provider: "aws", region: "eu-west-1" }), "aws/default/eu-west-1");
    assert.equal(locationKey({ provider: "aws", account: "1234", region: "eu-west-1" }), "aws/1234/eu-west-1");
  });
});

describe("byLocation", () => {
  it("groups names in the order given", () => {
    const copies = [
      { store: "a", location: "x" },
      { store: "b", location: "y" },
      { store: "c", location: "x" },
    ];
    assert.deepEqual(
      [...byLocation(copies)],
      [
        ["x", ["a", "c"]],
        ["y", ["b"]],
      ],
    );
  });
});
