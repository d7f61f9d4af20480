import type { Issue } from "../model/index.js";
import { problem } from "../shared/problem.js";

/** The issue of a value that is not text with something in it; none where it is. */
export function textIssues(id: string, path: string, rule: string, value: unknown, advice: string): Issue[] {
  return typeof value === "string" && value !== "" ? [] : [problem(id, path, rule, value, advice)];
}

/** The issue of a TCP port that is given and is none. */
export function portIssues(id: string, path: string, port: unknown, usual: number): Issue[] {
  if (port === undefined || (Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535)) return [];
  return [problem(id, path, "be a port from 1 to 65535 (TCP)", port, `leave it out for ${String(usual)}`)];
}
