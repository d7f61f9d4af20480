import { type BuiltInEnvironmentName, builtInEnvironments } from "./environment-types.js";
import type { Frequency } from "./frequency.js";
import type { KnownAssetKind } from "./kind.js";
import type { LockPolicy, Protection } from "./protection.js";
import { type RetentionPolicy, retentionClasses } from "./retention.js";

/** One row of the matrix: every kind's cell in one environment. */
export type MatrixRow = Readonly<Record<KnownAssetKind, Protection>>;

/** No backup at all; the other parts are what an override that only sets frequency and retention stands on. */
const none: Protection = {
  frequency: "none",
  retention: {},
  copies: 1,
  lock: "none",
  signed: false,
  restoreTests: [],
  onDestroy: "delete",
};

const development: MatrixRow = {
  postgres: { ...none, frequency: "1 day", retention: { daily: "7 days" } },
  etcd: { ...none, frequency: "manual", retention: { daily: "7 days" } },
  volume: { ...none, frequency: "1 day", retention: { daily: "7 days" } },
  redis: none,
  "object-store": { ...none, frequency: "continuous", retention: { pitr: "30 days" } },
  "git-repository": none,
  "kubernetes-objects": { ...none, frequency: "1 day", retention: { daily: "7 days" } },
  "secret-material": { ...none, frequency: "on-change", retention: { daily: "forever" } },
};

const kept: Protection = { ...none, signed: true, onDestroy: "keep" };

const staging: MatrixRow = {
  postgres: {
    ...kept,
    frequency: "1 day",
    retention: { daily: "14 days", pitr: "7 days" },
    copies: 2,
    restoreTests: [{ kind: "pitr", every: "1 week" }],
  },
  etcd: {
    ...kept,
    frequency: "1 day",
    retention: { daily: "7 days" },
    restoreTests: [{ kind: "restore", every: "1 month" }],
  },
  volume: { ...kept, frequency: "1 day", retention: { daily: "7 days" } },
  redis: kept,
  "object-store": { ...kept, frequency: "continuous", retention: { pitr: "30 days" } },
  "git-repository": { ...kept, frequency: "1 day", retention: { daily: "30 days" } },
  "kubernetes-objects": { ...kept, frequency: "1 day", retention: { daily: "14 days" } },
  "secret-material": { ...kept, frequency: "on-change", retention: { daily: "forever" } },
};

const production: MatrixRow = {
  postgres: {
    ...kept,
    frequency: "1 hour",
    retention: { hourly: "24 hours", daily: "30 days", monthly: "12 months", pitr: "14 days" },
    copies: 3,
    lock: { period: "30 days" },
    restoreTests: [
      { kind: "smoke", every: "1 day" },
      { kind: "pitr", every: "1 week" },
    ],
  },
  etcd: {
    ...kept,
    frequency: "1 hour",
    retention: { hourly: "24 hours", daily: "7 days" },
    copies: 2,
    lock: { period: "7 days" },
    restoreTests: [{ kind: "restore", every: "1 month" }],
  },
  volume: { ...kept, frequency: "1 hour", retention: { daily: "7 days", weekly: "4 weeks" }, copies: 2 },
  redis: { ...kept, frequency: "1 day", retention: { daily: "7 days" }, copies: 2 },
  "object-store": {
    ...kept,
    frequency: "continuous",
    retention: { pitr: "90 days" },
    copies: 3,
    lock: { period: "30 days" },
  },
  "git-repository": { ...kept, frequency: "1 day", retention: { daily: "forever" }, copies: 2 },
  "kubernetes-objects": { ...kept, frequency: "1 day", retention: { daily: "30 days" }, copies: 2 },
  "secret-material": { ...kept, frequency: "on-change", retention: { daily: "forever" } },
};

/**
 * The default protection of every kind of asset in every built-in environment, frozen. Every number is from the
 * documents the library was measured against. What they leave open is decided so:
 *
 * - `onDestroy`: production keeps and development deletes; staging keeps, because a rehearsal that loses its data
 *   rehearses nothing.
 * - `volume` in production runs hourly but keeps no `hourly` class ("7 daily, 4 weekly"): `daily`, the lowest class,
 *   takes every hourly artefact, so each is kept 7 days. That keeps more than was asked and never less; add
 *   `hourly: "24 hours"` to keep one artefact a day after the first day.
 * - `etcd` in production is locked 7 days, not 30: nothing of it is kept longer, and a lock that outlasts every class
 *   is an error.
 * - `object-store` keeps versions, not artefacts: its only retention is `pitr`, and its lock holds for versions.
 * - `secret-material` is restored in the drill of the database whose secrets it holds, so it has no test of its own.
 */
export const defaultMatrix: Readonly<Record<BuiltInEnvironmentName, MatrixRow>> = deepFreeze({
  development,
  staging,
  production,
});

/** An environment's name and its cells. */
interface MatrixColumn {
  readonly name: string;
  readonly matrix: Readonly<Record<string, Protection>>;
}

/**
 * A protection matrix as a Markdown table, one row for each kind and one column for each environment.
 *
 * @param environments The columns. @default the built-in environments: the default matrix
 */
export function matrixMarkdown(
  environments: readonly MatrixColumn[] = builtInEnvironments.map((name) => ({ name, matrix: defaultMatrix[name] })),
): string {
  const kinds = [...new Set(environments.flatMap(({ matrix }) => Object.keys(matrix)))];
  const rows = kinds.map((kind) => [`\`${kind}\``, ...environments.map(({ matrix }) => cellText(matrix[kind]))]);
  const header = ["kind", ...environments.map(({ name }) => name)];
  return [header, header.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |\n`).join("");
}

function cellText(cell: Protection | undefined): string {
  if (cell === undefined || cell.frequency === "none") {
    return "none";
  }
  return [
    frequencyText(cell.frequency),
    `keeps ${retentionText(cell.retention)}`,
    cell.copies === 1 ? "1 copy" : `${cell.copies} copies`,
    ...(cell.lock === "none" ? [] : [lockText(cell.lock)]),
    ...(cell.signed ? ["signed"] : []),
    ...cell.restoreTests.map((test) => `${test.kind} test every ${test.every}`),
    cell.onDestroy === "keep" ? "kept on destroy" : "deleted on destroy",
  ].join(", ");
}

function frequencyText(frequency: Frequency): string {
  if (typeof frequency === "object") {
    return `\`${frequency.cron}\` ${frequency.timeZone ?? "Etc/UTC"}`;
  }
  return /^\d/.test(frequency) ? `every ${frequency}` : frequency;
}

function retentionText(retention: RetentionPolicy): string {
  const classes = retentionClasses.flatMap((name) =>
    retention[name] === undefined ? [] : [`${name} ${retention[name]}`],
  );
  const window = retention.pitr ?? "none";
  return [...classes, ...(window === "none" ? [] : [`any moment of ${window}`])].join(" + ");
}

function lockText(lock: LockPolicy): string {
  return `locked ${lock.period}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
