import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./postgres-server.js";
import { untilItAnswers } from "./until-it-answers.js";
import { programPath } from "../../support/programs.js";

/** A server of this test run, on a free port, with a folder of its own. */
export class LocalServer {
  readonly folder = mkdtempSync(join(tmpdir(), "agent-server-"));
  port = 0;
  private process: ChildProcess | undefined;

  get endpoint(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** Starts a program and asks until it answers. */
  protected async run(
    program: string,
    args: (port: number) => readonly string[],
    variables: Record<string, string>,
    ask: () => Promise<unknown>,
  ): Promise<void> {
    this.port = await freePort();
    const env = { ...process.env, ...variables };
    const server = spawn(programPath(program) ?? program, args(this.port), { env, stdio: "ignore", cwd: this.folder });
    this.process = server;
    await untilItAnswers(server, ask);
  }

  async stop(): Promise<void> {
    const server = this.process;
    if (server !== undefined) {
      const ended = new Promise((done) => server.once("exit", done));
      server.kill();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
