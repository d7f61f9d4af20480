import { spawn } from "node:child_process";

/** Starts a server on this machine, uses it as soon as it has said that it is ready, and ends it whatever happens. */
export async function withServer<Result>(
  program: string,
  args: readonly string[],
  folder: string,
  ready: RegExp,
  use: () => Promise<Result>,
): Promise<Result> {
  const server = spawn(program, args, { cwd: folder });
  const ended = new Promise((exit) => server.once("exit", exit));
  try {
    let said = "";
    await new Promise<void>((done, failed) => {
      const hear = (text: Buffer) => {
        said += text.toString();
        if (ready.test(said)) done();
      };
      server.stdout.on("data", hear);
      server.stderr.on("data", hear);
      server.once("exit", () => {
        failed(new Error(`${program} ended:\n${said}`));
      });
    });
    return await use();
  } finally {
    server.kill("SIGKILL");
    await ended;
  }
}
