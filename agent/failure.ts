/**
 * How a run can end badly. 1: failed, a retry may help. 2: the call or the configuration is wrong, a retry never
 * helps. 3: the store's content is not what it must be.
 */
export type FailureCode = 1 | 2 | 3;

/** A failure that is meant for the reader: its message is shown as it is and its code ends the process. */
export class AgentFailure extends Error {
  override readonly name = "AgentFailure";

  constructor(
    readonly exitCode: FailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The call or the configuration is wrong: one line for each problem. */
export function configurationFailure(problems: readonly string[]): AgentFailure {
  return new AgentFailure(2, problems.join("\n"));
}

/** Names of errors that tell nothing beside their messages. */
const plainNames = ["Error", "TypeError", "AggregateError", "AgentFailure", "ObjectMissing", "Unread"];

/** The message of whatever was thrown, on one line, with its code or name where the message does not have it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code ?? (plainNames.includes(error.name) ? "" : error.name);
  const parts = [error.message.includes(code) ? "" : code, error.message].filter((part) => part !== "");
  return (parts.join(": ") || error.name).replace(/\s*\n\s*/g, "; ");
}
