import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { withoutSecrets } from "./console.js";
import { AgentFailure } from "./failure.js";

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
    folder?: string,
  ) {
    const inherited = passedVariables.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
    const env = { ...(Object.fromEntries(inherited) as Record<string, string>), LC_ALL: "C", ...variables };
    this.process = spawn(program, args, { env, stdio: "pipe", cwd: folder });
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

  /** Ends it now. */
  kill(): void {
    this.process.kill("SIGKILL");
  }

  /** Asks it to end in order, and waits until it has. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    this.process.kill(signal);
    await this.ended.catch(() => undefined);
  }
}

/** Runs a program to its end and returns what it printed; rejects unless its exit code is 0. */
export async function run(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const child = new Child(program, args, variables);
  child.stdin.end();
  let output = "";
  for await (const text of child.stdout.setEncoding("utf8") as AsyncIterable<string>) output += text;
  await child.succeeded();
  return output;
}

/** Ends every program that still runs. */
export function killChildren(): void {
  for (const child of running) child.kill();
}

function startFailure(program: string, error: NodeJS.ErrnoException): Error {
  if (error.code !== "ENOENT") return error;
  return new AgentFailure(2, `${program} must be on PATH, got none; install it or use an image that has it`);
}
