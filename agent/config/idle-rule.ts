import type { Rules } from "./rules.js";

/** A day without a byte: more is a mistake in the unit. */
const longestIdleSeconds = 86_400;

/** Checks the time after which a source that sends nothing is given up. */
export function checkIdle(rules: Rules, source: Readonly<Record<string, unknown>>): void {
  rules.wholeNumber("source.idleTimeoutSeconds", source["idleTimeoutSeconds"], 1, longestIdleSeconds);
}
