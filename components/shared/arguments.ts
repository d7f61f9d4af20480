import { RunError } from "@pulumi/pulumi";
import {
  type BuiltInEnvironmentName,
  type Environment,
  environment as builtInEnvironment,
  type Issue,
  ModelError,
  renderIssues,
} from "../model/index.js";
import { problem } from "./problem.js";
import type { BackupStore } from "./store.js";

/** An environment, or the name of a built-in one. */
export type EnvironmentArgument = Environment | BuiltInEnvironmentName;

/**
 * The environment that an argument means. A wrong one becomes issues, and production stands in for it, so that
 * everything else is checked by the strictest rules and reported in the same error.
 */
export function resolveEnvironment(argument: unknown): { environment: Environment; issues: readonly Issue[] } {
  if (isEnvironment(argument)) return { environment: argument, issues: [] };
  try {
    return { environment: builtInEnvironment(String(argument)), issues: [] };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { environment: builtInEnvironment("production"), issues: error.issues };
  }
}

/**
 * The same for a function that makes no resource.
 * @throws RunError, without a stack trace
 */
export function requireEnvironment(caller: string, argument: unknown): Environment {
  const { environment, issues } = resolveEnvironment(argument);
  if (issues.length > 0) throw new RunError(renderIssues(caller, issues));
  return environment;
}

function isEnvironment(argument: unknown): argument is Environment {
  return typeof argument === "object" && argument !== null && "matrix" in argument && "base" in argument;
}

/** Stores by name, whatever was given; what is no store is an issue. */
export function resolveStores(argument: unknown): { stores: Record<string, BackupStore>; issues: Issue[] } {
  const stores: Record<string, BackupStore> = {};
  const issues: Issue[] = [];
  const add = (path: string, name: string | undefined, value: unknown) => {
    if (!isStore(value)) {
      issues.push(notAStore(path, value));
      return;
    }
    issues.push(...accessIssues(path, value.access));
    const key = name ?? value.name;
    if (stores[key] !== undefined) issues.push(twice(path, key));
    stores[key] = value;
  };
  if (Array.isArray(argument))
    argument.forEach((value, index) => {
      add(`stores[${String(index)}]`, undefined, value);
    });
  else if (typeof argument === "object" && argument !== null && !isStore(argument))
    for (const [name, value] of Object.entries(argument)) add(`stores.${name}`, name, value);
  else issues.push(notAStore("stores", argument));
  return { stores, issues };
}

function isStore(value: unknown): value is BackupStore {
  return typeof value === "object" && value !== null && "declaration" in value && "access" in value;
}

/** What the agent would refuse only when it runs. */
function accessIssues(path: string, access: unknown): Issue[] {
  const { idleTimeoutSeconds } = (access ?? {}) as { readonly idleTimeoutSeconds?: unknown };
  if (idleTimeoutSeconds === undefined) return [];
  if (Number.isSafeInteger(idleTimeoutSeconds) && Number(idleTimeoutSeconds) > 0) return [];
  const rule = "be whole seconds above 0 (the agent)";
  const at = `${path}.access.idleTimeoutSeconds`;
  return [problem("store-timeout", at, rule, idleTimeoutSeconds, "write 120, or leave it out")];
}

function notAStore(path: string, value: unknown): Issue {
  const rule =
    path === "stores"
      ? "be a list or a map of stores"
      : "be a store, such as an aws.BackupBucket or a kubernetes.FolderStore";
  return {
    id: "store-is-a-store",
    level: "error",
    path,
    message: `${path} must ${rule}, got ${value === undefined ? "nothing" : typeof value}; without a store there is no backup`,
  };
}

function twice(path: string, name: string): Issue {
  return {
    id: "store-names-differ",
    level: "error",
    path,
    message: `${path} must have a name of its own (copies are told apart by it), got "${name}" again; give the stores as a map`,
  };
}

/** One issue for each argument that must be there and is not. */
export function missingArguments(args: unknown, required: Readonly<Record<string, string>>, path = ""): Issue[] {
  const given: Readonly<Record<string, unknown>> = typeof args === "object" && args !== null ? { ...args } : {};
  return Object.entries(required).flatMap(([key, advice]): Issue[] =>
    given[key] === undefined || given[key] === null
      ? [
          {
            id: "argument-is-given",
            level: "error",
            path: path + key,
            message: `${path + key} must be given, got nothing; ${advice}`,
          },
        ]
      : [],
  );
}
