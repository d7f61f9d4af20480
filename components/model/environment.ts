import { type BuiltInEnvironmentName, builtInEnvironments, type Environment } from "./environment-types.js";
import type { ProtectionOverrides } from "./environment-types.js";
import { type Issue, ModelError } from "./issue.js";
import { unknownKeys } from "./keys.js";
import { type AssetKind, assetKinds } from "./kind.js";
import { defaultMatrix } from "./matrix.js";
import { choose, nearest } from "./nearest.js";
import type { Protection, ProtectionOverride } from "./protection.js";
import { missingParts, readProtection, wholeCell } from "./protection-reader.js";
import { pitrSeconds, protectionRules } from "./protection-rules.js";
import { resolveFrequency } from "./frequency.js";
import { applyRules, type Rule } from "./rule.js";
import { listed, show } from "./show.js";
import { isObject } from "./value-rules.js";

/** An environment of your own. */
export interface EnvironmentDefinition {
  /** Second part of every object name: 1 to 63 lower-case letters, digits and inner hyphens. */
  readonly name: string;
  /** What it stands on: a built-in environment's name, or any environment. */
  readonly extends: Environment | BuiltInEnvironmentName;
  /** Cells, or parts of cells, that differ. @default {} */
  readonly protection?: ProtectionOverrides;
}

const builtIn = Object.fromEntries(
  builtInEnvironments.map((name) => [name, Object.freeze({ name, base: name, matrix: defaultMatrix[name] })]),
) as Readonly<Record<BuiltInEnvironmentName, Environment>>;

/**
 * A built-in environment by its name.
 *
 * @throws {@link ModelError} for any other name, with the nearest that is right.
 */
export function environment(name: string): Environment {
  if (isBuiltIn(name)) {
    return builtIn[name];
  }
  throw new ModelError("environment", applyRules([environmentKnownRule], { path: "environment", value: name }));
}

/**
 * An environment that stands on another and overrides any cell of its protection matrix.
 *
 * @throws {@link ModelError} with every unknown key, bad value and broken rule at once.
 */
export function defineEnvironment(definition: EnvironmentDefinition): Environment {
  const issues = unknownKeys(definition, ["name", "extends", "protection"], "environment");
  const given: Partial<Record<keyof EnvironmentDefinition, unknown>> = isObject(definition) ? definition : {};
  const base = readBase(given.extends);
  if (base === undefined) {
    issues.push(...applyRules([environmentKnownRule], { path: "environment.extends", value: given.extends }));
  }
  issues.push(...applyRules([environmentNameRule], { name: given.name, base: base?.base }));
  const { overrides, issues: found } = overridesFromConfig(given.protection ?? {}, "environment.protection", base);
  const merged = merge(base ?? builtIn.production, overrides);
  issues.push(...found, ...matrixIssues(merged, overrides, "environment.protection"));
  const errors = issues.filter(({ level }) => level === "error");
  if (base === undefined || errors.length > 0) {
    throw new ModelError(`environment ${show(given.name)}`, errors);
  }
  return Object.freeze({ ...merged, name: definition.name });
}

/**
 * Overrides out of a stack's structured configuration, with the problems of what cannot be read. A kind that neither
 * the default matrix nor `environment` knows needs a whole cell.
 *
 * @param path What `value` is, as the user typed it: `backup-tiers:protection`.
 */
export function overridesFromConfig(
  value: unknown,
  path: string,
  environment?: Environment,
): { overrides: ProtectionOverrides; issues: Issue[] } {
  const overrides: Record<string, ProtectionOverride> = {};
  if (!isObject(value)) {
    return { overrides, issues: unknownKeys(value, assetKinds, path) };
  }
  const known = [...new Set([...assetKinds, ...Object.keys(environment?.matrix ?? {})])];
  const issues: Issue[] = [];
  for (const [kind, cell] of Object.entries(value)) {
    if (cell === undefined) {
      continue;
    }
    const read = readProtection(cell, `${path}.${kind}`);
    const missing = known.includes(kind) || !isObject(cell) ? [] : missingParts(cell);
    if (missing.length === 0) {
      issues.push(...read.issues);
      setOwn(overrides, kind, read.override);
    } else {
      issues.push(...applyRules([kindWholeRule], { path: `${path}.${kind}`, kind, known, missing }), ...read.issues);
    }
  }
  return { overrides, issues };
}

/**
 * The same environment with some cells overridden.
 *
 * @param path Where the overrides were written. @default "protection"
 * @throws {@link ModelError} with every broken rule at once.
 */
export function withOverrides(
  environment: Environment,
  overrides: ProtectionOverrides,
  path = "protection",
): Environment {
  const read = overridesFromConfig(overrides, path, environment);
  const merged = merge(environment, read.overrides);
  const issues = [...read.issues, ...matrixIssues(merged, read.overrides, path)];
  const errors = issues.filter(({ level }) => level === "error");
  if (errors.length > 0) {
    throw new ModelError(`environment ${environment.name}`, errors);
  }
  return Object.freeze(merged);
}

/** The cell of a kind in an environment, or `undefined` where it has none. */
export function cellOf(environment: Environment, kind: AssetKind): Protection | undefined {
  return Object.hasOwn(environment.matrix, kind) ? environment.matrix[kind] : undefined;
}

/** The name of an environment is a built-in one. */
export const environmentKnownRule: Rule<{ readonly path: string; readonly value: unknown }> = {
  id: "environment-known",
  appliesTo: "value",
  level: "error",
  source: "built-in environments",
  when: ({ path, value }) => [
    {
      path,
      must: `be ${builtInEnvironments.join(", ")}, or one that defineEnvironment made`,
      got: show(value),
      advice: choose(typeof value === "string" ? value : "", builtInEnvironments),
    },
  ],
};

const namePattern = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The name of an environment can be part of an object's name and does not pass for another environment. */
export const environmentNameRule: Rule<{ readonly name: unknown; readonly base: string | undefined }> = {
  id: "environment-name",
  appliesTo: "value",
  level: "error",
  source: "part of every object name",
  when({ name, base }) {
    const path = "environment.name";
    if (typeof name !== "string" || !namePattern.test(name)) {
      const must = "be 1 to 63 lower-case letters, digits and inner hyphens";
      return [{ path, must, got: show(name), advice: 'write for example "preview"' }];
    }
    if (isBuiltIn(name) && base !== undefined && name !== base) {
      const must = `not be the name of a built-in environment that it does not stand on`;
      return [{ path, must, got: show(name), advice: `choose another name or extend "${name}"` }];
    }
    return [];
  },
};

interface PartialCell {
  readonly path: string;
  readonly kind: string;
  readonly known: readonly string[];
  readonly missing: readonly string[];
}

/** A kind of asset that no matrix has a cell for comes with a whole cell. */
export const kindWholeRule: Rule<PartialCell> = {
  id: "kind-whole",
  appliesTo: "protection",
  level: "error",
  source: "no environment has a cell for it",
  when({ path, kind, known, missing }) {
    const near = nearest(kind, known);
    return [
      {
        path,
        must: `be one of ${known.join(", ")}, or state ${listed(wholeCell)}`,
        got: `${kind} without ${listed(missing)}`,
        advice: near === undefined ? "add what is missing" : `write ${near} or add what is missing`,
      },
    ];
  },
};

function isBuiltIn(name: unknown): name is BuiltInEnvironmentName {
  return (builtInEnvironments as readonly unknown[]).includes(name);
}

function readBase(value: unknown): Environment | undefined {
  if (isBuiltIn(value)) {
    return builtIn[value];
  }
  const looksRight = isObject(value) && typeof value["name"] === "string" && isObject(value["matrix"]);
  return looksRight && isBuiltIn(value["base"])
    ? (value as Readonly<Record<string, unknown>> & Environment)
    : undefined;
}

function merge(environment: Environment, overrides: ProtectionOverrides): Environment {
  const matrix: Record<string, Protection> = { ...environment.matrix };
  for (const [kind, override] of Object.entries(overrides)) {
    setOwn(matrix, kind, Object.freeze({ ...cellOf(environment, kind), ...override }) as Protection);
  }
  return { name: environment.name, base: environment.base, matrix: Object.freeze(matrix) };
}

/** Plain assignment would lose a kind that is called `__proto__`. */
function setOwn<T>(record: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Issues of the cells that overrides touched. */
function matrixIssues(environment: Environment, overrides: ProtectionOverrides, path: string): Issue[] {
  return Object.keys(overrides).flatMap((kind) => {
    const protection = cellOf(environment, kind);
    if (protection === undefined || missingParts(protection).length > 0) {
      return [];
    }
    const { longestGapSeconds } = resolveFrequency(protection.frequency, kind);
    const pitr = pitrSeconds(protection.retention) !== null;
    return applyRules(protectionRules, { path: `${path}.${kind}`, protection, longestGapSeconds, pitr });
  });
}
