// Proves that the default matrix is the one of the design, cell by cell, and breaks no rule. Does not prove that the
// README shows it; the README's own test does.
import assert from "node:assert/strict";
import {
  assetKinds,
  builtInEnvironments,
  defaultMatrix,
  environment,
  matrixMarkdown,
  plan,
  type Protection,
} from "../../components/model/index.js";

const none = {
  frequency: "none",
  retention: {},
  copies: 1,
  lock: "none",
  restoreTests: [],
};
const daily = (days: string, copies = 1): unknown => ({
  ...none,
  frequency: "1 day",
  retention: { daily: days },
  copies,
});
const versions = (days: string): unknown => ({ ...none, frequency: "continuous", retention: { pitr: days } });
const secret = { ...none, frequency: "on-change", retention: { daily: "forever" } };

const designed: Readonly<Record<string, readonly unknown[]>> = {
  postgres: [
    daily("7 days"),
    {
      frequency: "1 day",
      retention: { daily: "14 days", pitr: "7 days" },
      copies: 2,
      lock: "none",
      restoreTests: [{ kind: "pitr", every: "1 week" }],
    },
    {
      frequency: "1 hour",
      retention: { hourly: "24 hours", daily: "30 days", monthly: "12 months", pitr: "14 days" },
      copies: 3,
      lock: { period: "30 days" },
      restoreTests: [
        { kind: "smoke", every: "1 day" },
        { kind: "pitr", every: "1 week" },
      ],
    },
  ],
  etcd: [
    { ...none, frequency: "manual", retention: { daily: "7 days" } },
    {
      ...none,
      frequency: "1 day",
      retention: { daily: "7 days" },
      restoreTests: [{ kind: "restore", every: "1 month" }],
    },
    {
      frequency: "1 hour",
      retention: { hourly: "24 hours", daily: "7 days" },
      copies: 2,
      lock: { period: "7 days" },
      restoreTests: [{ kind: "restore", every: "1 month" }],
    },
  ],
  volume: [
    daily("7 days"),
    daily("7 days"),
    { ...none, frequency: "1 hour", retention: { daily: "7 days", weekly: "4 weeks" }, copies: 2 },
  ],
  redis: [none, none, daily("7 days", 2)],
  "object-store": [
    versions("30 days"),
    versions("30 days"),
    { ...none, frequency: "continuous", retention: { pitr: "90 days" }, copies: 3, lock: { period: "30 days" } },
  ],
  "git-repository": [none, daily("30 days"), daily("forever", 2)],
  "kubernetes-objects": [daily("7 days"), daily("14 days"), daily("30 days", 2)],
  "secret-material": [secret, secret, secret],
};

describe("defaultMatrix", () => {
  for (const kind of assetKinds) {
    builtInEnvironments.forEach((name, index) => {
      it(`protects ${kind} in ${name} as designed`, () => {
        const expected = {
          ...(designed[kind]?.[index] as object),
          signed: name !== "development",
          onDestroy: name === "development" ? "delete" : "keep",
        };
        assert.deepEqual(defaultMatrix[name][kind], expected);
      });
    });
  }

  it("is frozen down to its last value", () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    assert.ok(frozen(defaultMatrix));
  });

  it("breaks no rule in any environment", () => {
    for (const name of builtInEnvironments) {
      const assets = Object.fromEntries(
        assetKinds.map((kind) => [
          kind,
          {
            kind,
            mechanisms: ["pg_dump"],
            providesPitr: true,
            providesRestoreTests: ["restore", "smoke", "pitr"] as const,
          },
        ]),
      );
      const stores = Object.fromEntries(
        [1, 2, 3, 4].map((number) => [
          `s${number}`,
          { location: { provider: "aws", region: `r${number}` }, locks: true },
        ]),
      );
      assert.deepEqual(plan({ assets, stores }, environment(name)).issues, []);
    }
  });
});

describe("matrixMarkdown", () => {
  it("has a row for every kind and says what a cell holds", () => {
    const lines = matrixMarkdown().split("\n");
    assert.deepEqual(
      lines.map((line) => line.split(" | ")[0]),
      ["| kind", "| ---", ...assetKinds.map((kind) => `| \`${kind}\``), ""],
    );
    assert.equal(
      lines[2],
      "| `postgres` | every 1 day, keeps daily 7 days, 1 copy, deleted on destroy | every 1 day, keeps daily 14 days + " +
        "any moment of 7 days, 2 copies, signed, pitr test every 1 week, kept on destroy | every 1 hour, keeps hourly " +
        "24 hours + daily 30 days + monthly 12 months + any moment of 14 days, 3 copies, locked 30 days, signed, " +
        "smoke test every 1 day, pitr test every 1 week, kept on destroy |",
    );
    assert.equal(
      lines[5],
      "| `redis` | none | none | every 1 day, keeps daily 7 days, 2 copies, signed, kept on destroy |",
    );
  });

  it("shows environments of one's own", () => {
    const own = {
      frequency: { cron: "0 2 * * *" },
      retention: { daily: "7 days", pitr: "none" },
      copies: 1,
      lock: "none",
      signed: false,
      restoreTests: [],
      onDestroy: "delete",
    } as const;
    const zoned = { ...own, frequency: { cron: "0 2 * * *", timeZone: "Europe/Vienna" } };
    assert.equal(
      matrixMarkdown([
        { name: "one", matrix: { mysql: own } },
        { name: "two", matrix: { mysql: zoned, redis: own } },
      ]),
      "| kind | one | two |\n| --- | --- | --- |\n" +
        "| `mysql` | `0 2 * * *` Etc/UTC, keeps daily 7 days, 1 copy, deleted on destroy | `0 2 * * *` Europe/Vienna, keeps daily 7 days, 1 copy, deleted on destroy |\n" +
        "| `redis` | none | `0 2 * * *` Etc/UTC, keeps daily 7 days, 1 copy, deleted on destroy |\n",
    );
  });

  it("names every part of every cell that backs up", () => {
    const rows = matrixMarkdown().split("\n").slice(2);
    assetKinds.forEach((kind, row) => {
      builtInEnvironments.forEach((name, column) => {
        const cell: Protection = defaultMatrix[name][kind];
        const text = rows[row]?.split(" | ")[column + 1] ?? "";
        const kept = Object.values<string>({ ...cell.retention });
        const parts = cell.frequency === "none" ? ["none"] : [...kept, String(cell.copies)];
        assert.deepEqual(
          parts.filter((part) => !text.includes(part)),
          [],
        );
      });
    });
  });
});
