import type { Issue } from "../model/index.js";

/** One broken rule as an error: `<path> must <rule>, got <value>; <advice>`. The rule says in brackets who asks it. */
export function mustBe(id: string, path: string, rule: string, value: unknown, advice: string): Issue {
  const shown = value === undefined ? "nothing" : JSON.stringify(value);
  return { id, level: "error", path, message: `${path} must ${rule}, got ${shown}; ${advice}` };
}

/** The issue of a value that is not text with something in it; none where it is. */
export function textIssues(id: string, path: string, rule: string, value: unknown, advice: string): Issue[] {
  return typeof value === "string" && value !== "" ? [] : [mustBe(id, path, rule, value, advice)];
}

/** The issue of a TCP port that is given and is none. */
export function portIssues(id: string, path: string, port: unknown, usual: number): Issue[] {
  if (port === undefined || (Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535)) return [];
  return [mustBe(id, path, "be a port from 1 to 65535 (TCP)", port, `leave it out for ${String(usual)}`)];
}
