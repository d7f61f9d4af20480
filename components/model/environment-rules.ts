import { type BuiltInEnvironmentName, builtInEnvironments } from "./environment-types.js";
import { choose, nearest } from "./nearest.js";
import { wholeCell } from "./protection-reader.js";
import type { Rule } from "./rule.js";
import { listed, show } from "./show.js";

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

/** Whether a value is the name of a built-in environment. */
export function isBuiltIn(name: unknown): name is BuiltInEnvironmentName {
  return (builtInEnvironments as readonly unknown[]).includes(name);
}
