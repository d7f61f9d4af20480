import { setTimeout as delay } from "node:timers/promises";

/** Attempts for one request, the first included. */
const attempts = 5;
const firstDelayMilliseconds = 500;
/** Answers after which the same request may succeed: a busy server's, and those of gateways between. */
const passingStatuses = [408, 429, 500, 502, 503, 504];
const passingCodes = ["ECONNRESET", "ECONNREFUSED", "ETIMEDOUT", "EPIPE", "EAI_AGAIN", "ERR_STREAM_PREMATURE_CLOSE"];

/** Repeats an action while what it met may pass, and waits longer before each attempt; `attempt` begins with 1. */
export async function persist<Result>(
  action: (attempt: number) => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action(attempt);
    } catch (error) {
      if (attempt === attempts || signal?.aborted === true || !mayPass(error as Failure)) throw error;
      await delay(firstDelayMilliseconds * 2 ** (attempt - 1) * (0.5 + Math.random()), undefined, { signal });
    }
  }
}

/** What tells whether a failure may pass. */
interface Failure {
  /** The system's name of it: `ECONNRESET`. */
  readonly code?: string;
  /** The server's answer. */
  readonly statusCode?: number;
}

function mayPass({ code, statusCode }: Failure): boolean {
  return passingStatuses.includes(statusCode ?? 0) || passingCodes.includes(code ?? "");
}
