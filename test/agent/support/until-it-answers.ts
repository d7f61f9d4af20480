import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

const pollMilliseconds = 100;

/** Asks a server until it answers, as these tell nobody when they listen; gives up when it ends, not when it is slow. */
export async function untilItAnswers<Answer>(
  server: ChildProcess,
  ask: () => Promise<Answer> | Answer,
): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) throw error;
      await delay(pollMilliseconds);
    }
  }
}
