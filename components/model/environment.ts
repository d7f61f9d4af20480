import {
  type BuiltInEnvironmentName,
  builtInEnvironments,
  type Environment,
  type ProtectionOverrides,
} from "./environment-types.js";
import { environmentKnownRule, environmentNameRule, isBuiltIn, kindWholeRule } from "./environment-rules.js";
import { type Issue, ModelError, throwErrors } from "./issue.js";
import { unknownKeys } from "./keys.js";
import { type AssetKind, assetKinds } from "./kind.js";
import { defaultMatrix } from "./matrix.js";
import type { Protection, ProtectionOverride } from "./protection.js";
import { missingParts, readProtection } from "./protection-reader.js";
import { keptClasses, pitrSeconds, protectionRules } from "./protection-rules.js";
import { resolveFrequency } from "./frequency.js";
import { applyRules } from "./rule.js";
import { show } from "./show.js";
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
  const base = asEnvironment(given.extends);
  if (base === undefined) {
    issues.push(...applyRules([environmentKnownRule], { path: "environment.extends", value: given.extends }));
  }
  issues.push(...applyRules([environmentNameRule], { name: given.name, base: base?.base }));
  const { overrides, issues: found } = overridesFromConfig(given.protection ?? {}, "environment.protection", base);
  const merged = merge(base ?? builtIn.production, overrides);
  issues.push(...found, ...matrixIssues(merged, overrides, "environment.protection"));
  throwErrors(`environment ${show(given.name)}`, issues);
  return Object.freeze({ ...merged, name: definition.name });
}

/** Overrides that were read, and what could not be. */
export interface ReadOverrides {
  /** What could be read. */
  readonly overrides: ProtectionOverrides;
  /** Every problem of the rest. */
  readonly issues: Issue[];
}

/**
 * Overrides out of a stack's structured configuration, with the problems of what cannot be read. A kind that neither
 * the default matrix nor `environment` knows needs a whole cell.
 *
 * @param path What `value` is, as the user typed it: `backup-tiers:protection`.
 */
export function overridesFromConfig(value: unknown, path: string, environment?: Environment): ReadOverrides {
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
  throwErrors(`environment ${environment.name}`, issues);
  return Object.freeze(merged);
}

/** The cell of a kind in an environment, or `undefined` where it has none. */
export function cellOf(environment: Environment, kind: AssetKind): Protection | undefined {
  return Object.hasOwn(environment.matrix, kind) ? environment.matrix[kind] : undefined;
}

/** The environment that a value names or is; `undefined` where it is none. */
export function asEnvironment(value: unknown): Environment | undefined {
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
    const classes = keptClasses(protection.retention);
    const pitr = pitrSeconds(protection.retention) !== null;
    return applyRules(protectionRules, { path: `${path}.${kind}`, protection, classes, longestGapSeconds, pitr });
  });
}
