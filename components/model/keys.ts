import type { Issue } from "./issue.js";
import { applyRules } from "./rule.js";
import { isObject, typeRule, unknownKeyRule } from "./value-rules.js";

/**
 * One error for each key of `value` that is not allowed, with the nearest that is; one error in all for a value that
 * is no object. Keys whose value is `undefined` count as absent.
 *
 * @param path What `value` is, as the user typed it: `assets.orders`.
 */
export function unknownKeys(value: unknown, allowed: readonly string[], path: string): Issue[] {
  return isObject(value)
    ? applyRules([unknownKeyRule], { path, value, allowed })
    : applyRules([typeRule], { path, value, type: "object" });
}
