import { setTimeout as delay } from "node:timers/promises";
import { noteServer } from "../abandoned-scratch.js";
import { Child } from "../child.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { interruption } from "../interruption.js";
import type { Scratch } from "../scratch.js";

const pollMilliseconds = 50;
/** A server of large data may load for long; beyond this it hangs. */
const longestStartMilliseconds = 6 * 60 * 60 * 1000;

/** A program, its arguments, and how it is asked to end. */
export interface ServerProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly stopSignal: NodeJS.Signals;
  /** Where it runs; absent: where the agent does. */
  readonly folder?: string;
  /** The place that is its own. */
  readonly scratch: Scratch;
  /** What it needs in its environment. @default {} */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Starts a server, does something with it as soon as it answers, and ends it whatever happens. */
export async function withServer<Result>(
  { program, args, stopSignal, folder, scratch, variables = {} }: ServerProgram,
  answers: () => Promise<boolean>,
  action: () => Promise<Result>,
): Promise<Result> {
  const child = new Child(program, args, variables, { folder });
  if (child.pid !== undefined) noteServer(scratch.folder, child.pid, stopSignal);
  child.stdout.resume();
  let down: string | undefined;
  const ended = child.ended.then(
    (ending) => {
      down = child.failureMessage(ending);
    },
    (error: unknown) => {
      down = reasonOf(error);
    },
  );
  try {
    const end = Date.now() + longestStartMilliseconds;
    while (!(await answers().catch(() => false))) {
      interruption.throwIfAborted();
      if (down !== undefined) throw new AgentFailure(1, down);
      if (Date.now() > end) throw new AgentFailure(1, `${program} does not answer: ${child.complaints}`);
      await Promise.race([ended, delay(pollMilliseconds)]);
    }
    return await action();
  } finally {
    await child.stop(stopSignal);
  }
}
