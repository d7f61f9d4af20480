import type { LogMessage } from "./engine-service.js";
import type { ProgramEnd } from "./program-process.js";

/** Why a preview is not complete. */
export interface PreviewError {
  readonly kind: "threw" | "exited" | "pending" | "timeout" | "configuration";
  readonly message: string;
}

/** What the monitor knows at the program's end. */
export interface MonitorState {
  /** What the engine would have stopped the preview for. */
  readonly failure: string | undefined;
  /** The entry point has returned: the stack's outputs are registered. */
  readonly returned: boolean;
}

/** The SDK's notice on unsettled promises: its first sentence, and the advice after it. */
const LEAK =
  /The Pulumi runtime detected that \d+ promises? (?:was|were) still active\s+at the time that the process exited\./;
const LEAK_NOTICE = new RegExp(`${LEAK.source}[\\s\\S]*?(?:leaked promises\\.\\n?|$)`);
const CONFIGURATION = /^(?:Missing required configuration variable|Configuration '[^']*' value )/;

/** What a program printed, without what the reported error says already. */
export function outputWithout(output: string, error: PreviewError | undefined): string {
  const rest = output.replace(LEAK_NOTICE, "");
  return error === undefined ? rest : rest.replace(error.message, "");
}

/** The reason why a program failed, in the SDK's own words where it has any; `undefined` for one that succeeded. */
export function programError(
  end: ProgramEnd,
  monitor: MonitorState,
  log: readonly LogMessage[],
  timeoutSeconds: number,
): PreviewError | undefined {
  const logged = [...new Set(log.filter(({ severity }) => severity === "error").map(({ message }) => message.trim()))];
  if (end.timedOut) return { kind: "timeout", message: timeoutMessage(monitor, logged, timeoutSeconds) };
  if (monitor.failure !== undefined) return { kind: "threw", message: monitor.failure };
  if (end.exitCall !== undefined && logged.length === 0) {
    return {
      kind: "exited",
      message: `the program called process.exit(${end.exitCall.code}) at ${end.exitCall.caller}`,
    };
  }
  if (end.signal !== null) return { kind: "exited", message: `the program was ended by ${end.signal}` };
  if (logged.length > 0) {
    const kind = logged.some((message) => CONFIGURATION.test(message)) ? "configuration" : "threw";
    return { kind, message: logged.join("\n") };
  }
  const leak = LEAK.exec(end.errorOutput)?.[0];
  if (leak !== undefined) return { kind: "pending", message: leak.replace(/\s+/g, " ") };
  if (end.exitCode !== 0) {
    const words = end.errorOutput.trim();
    return {
      kind: "threw",
      message: words === "" ? `the program ended with exit code ${String(end.exitCode)}` : words,
    };
  }
  if (!monitor.returned) {
    return {
      kind: "pending",
      message: "the program ended while its entry point was still waiting for a promise that nothing would settle",
    };
  }
  return undefined;
}

function timeoutMessage(monitor: MonitorState, logged: readonly string[], seconds: number): string {
  const limit = `the program did not end within ${String(seconds)} s`;
  const reason = monitor.returned
    ? "its entry point has returned, so a timer, a server or an open connection keeps the process alive"
    : "its entry point has not returned";
  return [`${limit}: ${reason}`, ...logged].join("\n");
}
