import type { Issue } from "./issue.js";

/** One break of a rule, in the parts of its sentence. */
export interface Violation {
  /** What it is about, as the user typed it. */
  readonly path: string;
  /** What must hold, after the word "must": `be kept at least 1 hour`. */
  readonly must: string;
  /** The value found, as shown. */
  readonly got: string;
  /** What to do about it. */
  readonly advice: string;
}

/** A rule as data. The same rule runs wherever it applies: in the plan, at construction, in the policy pack. */
export interface Rule<Subject> {
  /** Stable name; a test of the same name holds its exact text. */
  readonly id: string;
  /** What `when` is called with. */
  readonly appliesTo: "value" | "protection" | "asset" | "store" | "inventory";
  /** An `error` stops construction; a `warning` is shown. */
  readonly level: Issue["level"];
  /** Who says so; part of the message. */
  readonly source: string;
  /** The breaks of the rule in one subject; none where it holds. */
  readonly when: (subject: Subject) => readonly Violation[];
}

/** `<path> must <rule> (<who says so>), got <value>; <what to do>`. */
export function message(source: string, violation: Violation): string {
  return `${violation.path} must ${violation.must} (${source}), got ${violation.got}; ${violation.advice}`;
}

/** The issues of a subject under some rules, in the order of the rules. */
export function applyRules<Subject>(rules: readonly Rule<Subject>[], subject: Subject): Issue[] {
  const issues: Issue[] = [];
  for (const { id, level, source, when } of rules) {
    for (const violation of when(subject)) {
      issues.push({ id, level, path: violation.path, message: message(source, violation) });
    }
  }
  return issues;
}
