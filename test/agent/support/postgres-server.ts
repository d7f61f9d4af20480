import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresSource } from "../../../components/model/agent-config.js";
import { programPath } from "../../support/programs.js";

/** A PostgreSQL server of this test run, with password authentication. */
export class PostgresServer {
  readonly password = "correct horse battery staple";
  readonly folder = mkdtempSync(join(tmpdir(), "agent-postgres-"));
  readonly passwordFile = join(this.folder, "password");
  port = 0;
  private process: ChildProcess | undefined;
  /** The server refuses to run as root; it then runs as `postgres`. */
  private readonly asUser =
    process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

  async start(): Promise<void> {
    this.prepare();
    const secure = ["-U", "postgres", "-A", "scram-sha-256", "--pwfile", this.passwordFile];
    this.make("initdb", ["-D", this.data, "-E", "UTF8", "--locale=C", "--no-sync", ...secure]);
    await this.serve();
  }

  /** Follows another server of this test run instead of having databases of its own. */
  async follow(primary: PostgresServer): Promise<void> {
    this.prepare();
    const from = ["-h", "127.0.0.1", "-p", String(primary.port), "-U", "postgres", "--no-password"];
    const { password: PGPASSWORD } = primary;
    this.make("pg_basebackup", ["-D", this.data, "-R", "-c", "fast", "--no-sync", ...from], { PGPASSWORD });
    await this.serve();
  }

  private get data(): string {
    return join(this.folder, "data");
  }

  private prepare(): void {
    writeFileSync(this.passwordFile, this.password);
    if (this.asUser.length > 0) this.giveToPostgres();
  }

  private make(program: string, args: readonly string[], variables: Record<string, string> = {}): void {
    const [command = "", ...rest] = this.asServer(program, args);
    const made = spawnSync(command, rest, { encoding: "utf8", env: { ...process.env, ...variables } });
    if (made.status !== 0) throw new Error(`${program}: ${made.stderr}${String(made.error ?? "")}`);
  }

  private async serve(): Promise<void> {
    this.port = await freePort();
    const listen = ["-p", String(this.port), "-k", this.folder, "-c", "listen_addresses=127.0.0.1"];
    const [program = "", ...args] = this.asServer("postgres", ["-D", this.data, ...listen, "-c", "fsync=off"]);
    this.process = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    await new Promise<void>((done, fail) => {
      let log = "";
      this.process?.stderr?.setEncoding("utf8").on("data", (text: string) => {
        log += text;
        if (/database system is ready/.test(log)) done();
      });
      this.process?.once("exit", () => {
        fail(new Error(log));
      });
    });
  }

  /** Runs SQL and returns its rows as text. */
  sql(database: string, statements: string): string {
    const args = ["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", String(this.port), "-U", "postgres"];
    const env = { ...process.env, PGPASSWORD: this.password, PGDATABASE: database, PGCLIENTENCODING: "UTF8" };
    const run = spawnSync("psql", args, { input: statements, env, encoding: "utf8", maxBuffer: 2 ** 28 });
    if (run.status !== 0) throw new Error(run.stderr);
    return run.stdout.trim();
  }

  source(changes: Partial<PostgresSource> = {}): PostgresSource {
    const { port, passwordFile } = this;
    return {
      kind: "postgres",
      host: "127.0.0.1",
      port,
      database: "shop",
      user: "postgres",
      passwordFile,
      connectTimeoutSeconds: 60,
      ...changes,
    };
  }

  async stop(): Promise<void> {
    const server = this.process;
    this.process = undefined;
    if (server !== undefined) {
      const ended = new Promise((done) => server.once("exit", done));
      server.kill("SIGINT");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private asServer(program: string, args: readonly string[]): string[] {
    return [...this.asUser, programPath(program) ?? program, ...args];
  }

  private giveToPostgres(): void {
    const id = (flag: string): number => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
    for (const path of [this.folder, this.passwordFile]) chownSync(path, id("-u"), id("-g"));
  }
}

/** A port that nobody listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        done(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  });
}
