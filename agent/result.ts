import { withoutSecrets } from "./console.js";

/** What every run says on its last line, as one JSON document. */
export interface RunResult {
  readonly command: string;
  readonly environment?: string;
  readonly asset?: string;
  readonly status: "done" | "failed" | "refused" | "bad-content";
  /** The process's exit code: 0 done, 1 failed, 2 refused, 3 bad content. */
  readonly exitCode: 0 | 1 | 2 | 3;
  /** The backup that this run made, restored or found newest. */
  readonly id?: string;
  readonly class?: string;
  /** Bytes of its objects in one store. */
  readonly bytes?: number;
  readonly seconds: number;
  readonly stores?: readonly StoreResult[];
  readonly message: string;
  /** What is special to one command: `backups` of list, `findings` of check. */
  readonly [detail: string]: unknown;
}

/** What happened in one store. */
export interface StoreResult {
  readonly name: string;
  readonly status: "done" | "failed";
  readonly message: string;
}

/** What a command gives back; the rest of {@link RunResult} is the same for all. */
export type Outcome = Pick<RunResult, "exitCode" | "message"> & Partial<Omit<RunResult, "command" | "seconds">>;

const statuses = ["done", "failed", "refused", "bad-content"] as const;

/** The last line of a run. */
export function resultLine(
  command: string,
  seconds: number,
  about: Pick<RunResult, "environment" | "asset">,
  outcome: Outcome,
): string {
  const rounded = Math.round(seconds * 1000) / 1000;
  return withoutSecrets(JSON.stringify({ ...resultOf(command, about, outcome), seconds: rounded }));
}

/** What a run says, without the time that it took. */
export function resultOf(
  command: string,
  about: Pick<RunResult, "environment" | "asset">,
  outcome: Outcome,
): Readonly<Record<string, unknown>> {
  return { command, ...about, status: statuses[outcome.exitCode], ...outcome };
}
