import type { Issue } from "./issue.js";
import { unknownKeys } from "./keys.js";
import type { Protection, ProtectionOverride } from "./protection.js";
import { retentionClasses } from "./retention.js";
import { applyRules } from "./rule.js";
import {
  choiceRule,
  copiesRule,
  durationRule,
  frequencyRule,
  isObject,
  lockFormRule,
  typeRule,
  type Unread,
} from "./value-rules.js";

/** Reads one part of a cell: the problems of its value. */
type PartReader = (value: unknown, path: string) => Issue[];

/** Every kind of restore test. */
export const restoreTestKinds = ["restore", "smoke", "pitr", "region-loss"] as const;

/** The parts that a whole cell must have. */
export const wholeCell = [
  "frequency",
  "retention",
  "copies",
  "lock",
  "signed",
  "restoreTests",
  "onDestroy",
] as const satisfies readonly (keyof Protection)[];

const parts: Readonly<Record<keyof Protection, PartReader>> = {
  frequency: readFrequency,
  retention: readRetention,
  copies: (value, path) => applyRules([copiesRule], { path, value }),
  lock: readLock,
  signed: readBoolean,
  restoreTests: readRestoreTests,
  maxAge: (value, path) => readDuration(value, path, ["none"]),
  onDestroy: (value, path) => applyRules([choiceRule], { path, value, choices: ["keep", "delete"] }),
  targets: (value, path) => readKeys(value, path, { rto: readDuration, rpo: readDuration }),
};
const partNames = Object.keys(parts) as (keyof Protection)[];

/**
 * Reads a cell or part of one that somebody wrote, in code or in a stack's configuration. Parts with a problem are
 * left out of `override`, so that what stands below them still holds.
 */
export function readProtection(value: unknown, path: string): { override: ProtectionOverride; issues: Issue[] } {
  const issues = unknownKeys(value, partNames, path);
  if (!isObject(value)) {
    return { override: {}, issues };
  }
  const override: Partial<Record<keyof Protection, unknown>> = {};
  for (const name of partNames) {
    if (value[name] === undefined) {
      continue;
    }
    const found = parts[name](value[name], `${path}.${name}`);
    if (found.length === 0) {
      override[name] = value[name];
    }
    issues.push(...found);
  }
  return { override: override as ProtectionOverride, issues };
}

/** The parts of a whole cell that are missing from an override. */
export function missingParts(override: ProtectionOverride): string[] {
  return wholeCell.filter((name) => override[name] === undefined);
}

function readFrequency(value: unknown, path: string): Issue[] {
  const keys = isObject(value) ? unknownKeys(value, ["cron", "timeZone"], path) : [];
  return [...keys, ...applyRules([frequencyRule], { path, value })];
}

function readRetention(value: unknown, path: string): Issue[] {
  const keep: PartReader = (text, at) => readDuration(text, at, ["forever"]);
  const classes = Object.fromEntries(retentionClasses.map((name) => [name, keep]));
  return readKeys(value, path, { ...classes, pitr: (text, at) => readDuration(text, at, ["none"]) });
}

function readLock(value: unknown, path: string): Issue[] {
  if (value === "none") {
    return [];
  }
  if (!isObject(value)) {
    return applyRules([lockFormRule], { path, value });
  }
  return readKeys(
    value,
    path,
    {
      period: readDuration,
      mode: (mode, at) => applyRules([choiceRule], { path: at, value: mode, choices: ["governance", "compliance"] }),
      acknowledgeIrreversible: readBoolean,
      extendsRetention: readBoolean,
    },
    ["period"],
  );
}

function readRestoreTests(value: unknown, path: string): Issue[] {
  if (!Array.isArray(value)) {
    return applyRules([typeRule], { path, value, type: "list" });
  }
  return value.flatMap((test: unknown, index) =>
    readKeys(
      test,
      `${path}[${index}]`,
      {
        kind: (kind, at) => applyRules([choiceRule], { path: at, value: kind, choices: restoreTestKinds }),
        every: readCadence,
      },
      ["kind", "every"],
    ),
  );
}

/** A length of time at which something can be started. */
function readCadence(value: unknown, path: string): Issue[] {
  const issues = readDuration(value, path);
  return issues.length > 0 ? issues : applyRules([frequencyRule], { path, value });
}

function readBoolean(value: unknown, path: string): Issue[] {
  return applyRules([typeRule], { path, value, type: "boolean" });
}

function readDuration(value: unknown, path: string, words: readonly string[] = []): Issue[] {
  return applyRules([durationRule], { path, value, words });
}

/** Reads every key of an object; keys that are `needed` are read even where they are absent. */
function readKeys(
  value: unknown,
  path: string,
  readers: Readonly<Record<string, PartReader>>,
  needed: readonly string[] = [],
): Issue[] {
  const issues = unknownKeys(value, Object.keys(readers), path);
  const object: Unread = isObject(value) ? value : {};
  for (const [key, read] of isObject(value) ? Object.entries(readers) : []) {
    if (object[key] !== undefined || needed.includes(key)) {
      issues.push(...read(object[key], `${path}.${key}`));
    }
  }
  return issues;
}
