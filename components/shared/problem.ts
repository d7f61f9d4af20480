import type { Issue } from "../model/index.js";

/** One broken rule of a component, in the parts of its sentence: what must hold says in brackets who asks it. */
export function problem(
  id: string,
  path: string,
  must: string,
  value: unknown,
  advice: string,
  level: Issue["level"] = "error",
): Issue {
  const shown = value === undefined ? "nothing" : typeof value === "function" ? "a function" : JSON.stringify(value);
  return { id, level, path, message: `${path} must ${must}, got ${shown}; ${advice}` };
}

/** The same as a warning: it is shown and stops nothing. */
export function caution(id: string, path: string, must: string, value: unknown, advice: string): Issue {
  return problem(id, path, must, value, advice, "warning");
}
