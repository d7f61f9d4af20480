/** One problem found by a rule. */
export interface Issue {
  /** Stable id of the rule. */
  readonly id: string;
  /** An `error` stops construction; a `warning` is shown. */
  readonly level: "error" | "warning";
  /** What it is about, as the user typed it: `assets.orders.protection.lock`. */
  readonly path: string;
  /** `<path> must <rule> (<who says so>), got <value>; <what to do>`. */
  readonly message: string;
}

/** All problems of one call in one error. Its message is the rendered list. */
export class ModelError extends Error {
  /** Tells this error from others. */
  override readonly name = "ModelError";

  constructor(
    title: string,
    /** Every problem found, in the order of the input. */
    readonly issues: readonly Issue[],
  ) {
    super(renderIssues(title, issues));
  }
}

/** `<title> has N problem(s):` and one indented line for each. */
export function renderIssues(title: string, issues: readonly Issue[]): string {
  const heading = `${title} has ${issues.length} ${issues.length === 1 ? "problem" : "problems"}:`;
  return [heading, ...issues.map((issue) => `  ${issue.message}`)].join("\n");
}

/** @throws {@link ModelError} with all the issues, if any of them is an error. */
export function throwErrors(title: string, issues: readonly Issue[]): void {
  const errors = issues.filter((issue) => issue.level === "error");
  if (errors.length > 0) {
    throw new ModelError(title, errors);
  }
}
