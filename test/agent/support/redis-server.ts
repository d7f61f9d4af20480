import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RedisSource } from "../../../components/model/agent-config.js";
import type { Issued } from "./authority.js";
import { freePort } from "./postgres-server.js";

/** What is different from a plain Redis server. */
interface RedisVariant {
  /** Its programs are `<family>-server` and `<family>-cli`. */
  readonly family?: "redis" | "valkey";
  /** It speaks TLS only, and only with those who show a certificate of the same authority; its tests show its own. */
  readonly certificate?: Issued;
}

/** A Redis server of this test run, whose default user needs a password and whose `backup` user may only replicate. */
export class RedisServer {
  readonly password = "correct horse battery staple";
  readonly folder = mkdtempSync(join(tmpdir(), "agent-redis-"));
  readonly passwordFile = join(this.folder, "password");
  private port = 0;
  private process: ChildProcess | undefined;

  constructor(private readonly variant: RedisVariant = {}) {}

  /** @param snapshot Path of an RDB file that it loads at the start. */
  async start(snapshot?: string): Promise<void> {
    this.port = await freePort();
    writeFileSync(this.passwordFile, `${this.password}\n`);
    const { family = "redis", certificate } = this.variant;
    const secure = [
      `port 0`,
      `tls-port ${String(this.port)}`,
      `tls-cert-file ${certificate?.certFile ?? ""}`,
      `tls-key-file ${certificate?.keyFile ?? ""}`,
      `tls-ca-cert-file ${certificate?.caFile ?? ""}`,
      `tls-auth-clients yes`,
    ];
    const config = [
      `bind 127.0.0.1`,
      ...(certificate === undefined ? [`port ${String(this.port)}`] : secure),
      `dir ${this.folder}`,
      `save ""`,
      // No waiting for further replicas, and expired keys stay until somebody asks for them.
      `repl-diskless-sync-delay 0`,
      `enable-debug-command yes`,
      ...(snapshot === undefined ? [] : [`dbfilename ${snapshot}`]),
      `requirepass "${this.password}"`,
      `user backup on >backup-password +ping +sync +psync +replconf`,
    ];
    writeFileSync(join(this.folder, "redis.conf"), `${config.join("\n")}\n`);
    const args = [join(this.folder, "redis.conf")];
    const server = spawn(`${family}-server`, args, { stdio: ["ignore", "pipe", "ignore"] });
    this.process = server;
    await new Promise<void>((done, fail) => {
      let log = "";
      server.stdout.setEncoding("utf8").on("data", (text: string) => {
        log += text;
        if (log.includes("Ready to accept connections")) done();
      });
      server.once("exit", () => {
        fail(new Error(log));
      });
    });
  }

  /** Runs commands, one a line, and returns what they answer. */
  ask(commands: string, database = 0): string {
    const env = { ...process.env, REDISCLI_AUTH: this.password };
    const { family = "redis", certificate } = this.variant;
    const args = ["--no-auth-warning", "-p", String(this.port), "-n", String(database)];
    if (certificate !== undefined) {
      const { caFile, certFile, keyFile } = certificate;
      args.push("--tls", "--cacert", caFile, "--cert", certFile, "--key", keyFile);
    }
    const run = spawnSync(`${family}-cli`, args, { input: `${commands}\n`, env, encoding: "utf8", maxBuffer: 2 ** 28 });
    if (run.status !== 0 || /^(ERR|NOAUTH|NOPERM)/m.test(run.stdout)) throw new Error(run.stdout + run.stderr);
    return run.stdout.trim();
  }

  source(changes: Partial<RedisSource> = {}): RedisSource {
    const { port, passwordFile } = this;
    return { kind: "redis", host: "127.0.0.1", port, passwordFile, connectTimeoutSeconds: 60, ...changes };
  }

  async stop(): Promise<void> {
    const server = this.process;
    if (server !== undefined && server.exitCode === null) {
      const ended = new Promise((done) => server.once("exit", done));
      server.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
