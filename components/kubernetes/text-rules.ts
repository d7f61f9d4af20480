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

/** The issue of an object's name that is given as text and is none; `dotted` names may be long, and have dots. */
export function objectNameIssues(path: string, name: unknown, dotted = false): Issue[] {
  if (typeof name !== "string") return [];
  const most = dotted ? 253 : 63;
  const form = dotted ? /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/ : /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
  if (form.test(name) && name.length <= most) return [];
  const letters = `lower-case letters, digits${dotted ? ", dots" : ""} and dashes`;
  const rule = `be at most ${String(most)} ${letters}, the first and the last a letter or digit (Kubernetes)`;
  return [problem("object-name", path, rule, name, "rename it")];
}

/** The issue of an asset's name that is given and cannot be the value of a label. */
export function labelValueIssues(path: string, value: unknown): Issue[] {
  if (typeof value !== "string" || /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(value)) return [];
  const rule = "be at most 63 letters, digits, dots, underscores and dashes, the first and the last a letter or digit";
  return [problem("label-value", path, `${rule} (Kubernetes label)`, value, "rename it")];
}
