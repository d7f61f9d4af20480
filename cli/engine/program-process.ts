import { spawn, type ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { LaunchOrder, ProgramReport } from "./launch-protocol.js";
import type { ProgramSdk } from "./program-sdk.js";

/** How a program's process is started. */
export interface ProgramStart {
  readonly sdk: ProgramSdk;
  readonly workingDirectory: string;
  readonly nodeArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** How a program's process has ended. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  /** The program's own call of `process.exit`, where it made one. */
  readonly exitCall: ProgramReport | undefined;
  /** Everything that the program wrote, both streams in the order of arrival. */
  readonly output: string;
  /** What it wrote to standard error. */
  readonly errorOutput: string;
}

/** Node 22 and later keep compiled code in the folder that Node itself proposes; programs load a third faster. */
const COMPILE_CACHE: NodeJS.ProcessEnv = { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") };

/** Programs that run now; ended with this process. */
const running = new Set<ProgramProcess>();

/** One run of a program in its own process group. */
export class ProgramProcess {
  readonly ended: Promise<ProgramEnd>;
  readonly #child: ChildProcess;
  readonly #channel: Duplex;

  constructor(start: ProgramStart) {
    const launcher = join(__dirname, "launcher.js");
    this.#child = spawn(process.execPath, [...start.nodeArguments, launcher, start.sdk.folder], {
      cwd: start.workingDirectory,
      env: { ...COMPILE_CACHE, ...process.env, ...start.environment },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
    this.#channel = this.#child.stdio[3] as Duplex;
    this.#channel.on("error", () => undefined);
    this.ended = this.#watch(start.timeoutSeconds);
    running.add(this);
  }

  /** Tells the waiting launcher to run the program. */
  begin(order: LaunchOrder): void {
    this.#channel.write(`${JSON.stringify(order)}\n`);
  }

  /** Ends the program and everything that it has started, at once. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
    } catch {
      // The group has gone already.
    }
  }

  async #watch(timeoutSeconds: number): Promise<ProgramEnd> {
    const outputs: string[] = [];
    const errors: string[] = [];
    const reports: string[] = [];
    collect(this.#child.stdout, [outputs]);
    collect(this.#child.stderr, [outputs, errors]);
    collect(this.#channel, [reports]);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.kill();
    }, timeoutSeconds * 1000);
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      this.#child.once("exit", (code, exitSignal) => {
        // What the program has left behind would keep the pipes open.
        this.kill();
        this.#child.once("close", () => {
          resolve([code, exitSignal]);
        });
      });
      this.#child.once("error", (error) => {
        errors.push(error.message);
        resolve([null, null]);
      });
    });
    clearTimeout(timer);
    running.delete(this);
    const lines = reports.join("").split("\n");
    return {
      exitCode,
      signal,
      timedOut,
      exitCall: lines.map(parseReport).find((found) => found !== undefined),
      output: outputs.join(""),
      errorOutput: errors.join(""),
    };
  }
}

/** Ends every program that still runs. */
export function killAllPrograms(): void {
  for (const program of running) program.kill();
}

function collect(stream: NodeJS.ReadableStream | null, targets: readonly string[][]): void {
  stream?.setEncoding("utf8");
  stream?.on("data", (text: string) => {
    for (const target of targets) target.push(text);
  });
}

function parseReport(line: string): ProgramReport | undefined {
  return line === "" ? undefined : (JSON.parse(line) as ProgramReport);
}
