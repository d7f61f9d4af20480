import type { Outcome } from "../result.js";
import type { RunContext } from "../run-context.js";

/** Options of a call, by name without dashes. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** One command of the agent. */
export interface Command {
  /** What it does, one sentence. */
  readonly summary: string;
  /** Its options beside `--config` and `--help`. */
  readonly options: Readonly<Record<string, CommandOption>>;
  run(context: RunContext, options: Options): Promise<Outcome>;
}

/** An option of a command. */
export interface CommandOption {
  /** How its value is called in the help; absent: it takes none. */
  readonly value?: string;
  readonly help: string;
}
