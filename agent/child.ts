import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { withoutSecrets } from "./console.js";
import { AgentFailure } from "./failure.js";

/** Between two looks at a program that must get on. */
const longestPauseMilliseconds = 1000;

/** Bytes of a program's complaints that are kept for the message. */
const keptComplaint = 4096;

/** Variables that programs need to run at all; nothing else of ours, above all no cloud credentials, reaches them. */
const passedVariables = ["PATH", "HOME", "TZ", "LD_LIBRARY_PATH", "KRB5CCNAME", "KRB5_CONFIG", "SYSTEMROOT"];

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<Child>();

/** What else there is to say of a start. */
export interface Start {
  /** Its working folder; this process's own when absent. */
  readonly folder?: string;
  /** Words before its name: another program, which becomes this one. */
  readonly starter?: readonly string[];
}

/** A program that was started, its streams and its end. */
export class Child {
  readonly stdin: ChildProcessWithoutNullStreams["stdin"];
  readonly stdout: ChildProcessWithoutNullStreams["stdout"];
  /** How it ended; rejects only when it could not be started. */
  readonly ended: Promise<Ending>;
  private complaint = "";
  private readonly process: ChildProcessWithoutNullStreams;

  constructor(
    private readonly program: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>>,
    { folder, starter = [] }: Start = {},
  ) {
    const inherited = passedVariables.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
    const env = { ...(Object.fromEntries(inherited) as Record<string, string>), LC_ALL: "C", ...variables };
    // In a group of its own, so that what it started ends with it.
    const [command = program, ...words] = [...starter, program, ...args];
    this.process = spawn(command, words, { env, stdio: "pipe", cwd: folder, detached: true });
    this.stdin = this.process.stdin;
    this.stdout = this.process.stdout;
    // A program that ends early closes its input; its exit code tells the reason, not this error.
    this.stdin.on("error", () => undefined);
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.complaint = (this.complaint + text).slice(-keptComplaint);
    });
    this.ended = new Promise((resolve, reject) => {
      this.process.once("error", (error: NodeJS.ErrnoException) => {
        running.delete(this);
        reject(startFailure(program, error));
      });
      this.process.once("close", (code, signal) => {
        running.delete(this);
        resolve({ code, signal });
      });
    });
    this.ended.catch(() => undefined);
    running.add(this);
  }

  /** Resolves when it ended with exit code 0, rejects with its complaint otherwise. */
  async succeeded(): Promise<void> {
    const ending = await this.ended;
    if (ending.code !== 0) throw new AgentFailure(1, this.failureMessage(ending));
  }

  /** What it wrote on stderr, last part. */
  get complaints(): string {
    return withoutSecrets(this.complaint.trim());
  }

  /** Says how it ended and what it complained about. */
  failureMessage({ code, signal }: Ending): string {
    const how = signal === null ? `ended with exit code ${String(code)}` : `was killed by ${signal}`;
    const complaint = this.complaints.replace(/\s*\n\s*/g, "; ");
    return complaint === "" ? `${this.program} ${how}` : `${this.program} ${how}: ${complaint}`;
  }

  /** Its number; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.process.pid;
  }

  /** Ends it now, with everything that it started. */
  kill(): void {
    const { pid } = this.process;
    try {
      if (pid !== undefined) process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  /** Asks it to end in order, and waits until it has. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    this.process.kill(signal);
    await this.ended.catch(() => undefined);
  }
}

/** How long a program may show no sign of life. */
export interface Patience {
  readonly seconds: number;
  /** On whom it waits, for the message. */
  readonly host: string;
  /** Something that changes while it gets on; absent: it must be done within the time. */
  readonly sign?: () => Promise<unknown>;
}

/** Runs a program to its end and returns what it printed; rejects unless its exit code is 0. */
export async function run(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  patience?: Patience,
): Promise<string> {
  const child = new Child(program, args, variables);
  child.stdin.end();
  const watch = patience && endWhenStill(child, patience);
  let output = "";
  for await (const text of child.stdout.setEncoding("utf8") as AsyncIterable<string>) output += text;
  const ending = await child.ended;
  if ((await watch) === true) {
    const { seconds = 0, host = "" } = patience ?? {};
    throw new AgentFailure(1, `${program} was ended: nothing came from ${host} for ${String(seconds)} seconds`);
  }
  if (ending.code !== 0) throw new AgentFailure(1, child.failureMessage(ending));
  return output;
}

/** Ends a program that gets on no more; returns whether it did, as soon as the program has ended. */
async function endWhenStill(child: Child, { seconds, sign }: Patience): Promise<boolean> {
  const ended = child.ended.then(
    () => true,
    () => true,
  );
  const look = (): Promise<unknown> => (sign === undefined ? Promise.resolve() : sign().catch(() => undefined));
  const pause = Math.min(longestPauseMilliseconds, (seconds * 1000) / 2);
  let seen = await look();
  let since = performance.now();
  for (;;) {
    const stop = new AbortController();
    const waited = delay(pause, false, { signal: stop.signal }).catch(() => false);
    if (await Promise.race([ended, waited])) {
      stop.abort();
      return false;
    }
    const now = await look();
    if (now !== seen) {
      seen = now;
      since = performance.now();
    } else if (performance.now() - since >= seconds * 1000) {
      child.kill();
      await ended;
      return true;
    }
  }
}

/** Ends every program that still runs. */
export function killChildren(): void {
  for (const child of running) child.kill();
}

function startFailure(program: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== "ENOENT") return error;
  return new AgentFailure(2, `${program} must be on PATH, got none; install it or use an image that has it`);
}
