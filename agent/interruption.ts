import { killChildren } from "./child.js";
import { AgentFailure } from "./failure.js";

/** Seconds that an interrupted run gets to leave nothing behind, well below a pod's grace period. */
const cleanUpSeconds = 20;

const controller = new AbortController();

/** Aborted when the process was asked to end. */
export const interruption: AbortSignal = controller.signal;

/** From now on SIGTERM and SIGINT end the run in order: programs are killed, uploads aborted, the result is told. */
export function heedSignals(): void {
  const interrupt = (signal: NodeJS.Signals): void => {
    if (interruption.aborted) return;
    controller.abort(new AgentFailure(1, `ended by ${signal}`));
    killChildren();
    setTimeout(() => process.exit(1), cleanUpSeconds * 1000).unref();
  };
  process.on("SIGTERM", interrupt).on("SIGINT", interrupt);
}
