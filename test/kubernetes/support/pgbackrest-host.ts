import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../agent/support/postgres-server.js";
import { programPath, runProgram } from "../../support/programs.js";

/** PostgreSQL, pgBackRest and an S3 server with TLS on this machine, as the user that PostgreSQL accepts. */
export class PgBackRestHost {
  readonly folder = mkdtempSync(join(tmpdir(), "pgbackrest-"));
  readonly data = join(this.folder, "data");
  readonly restored = join(this.folder, "restored");
  readonly bucket = join(this.folder, "s3", "wal");
  readonly keys = { accessKeyId: "tester", secretAccessKey: "tester-secret-key" };
  port = 0;
  serverPort = 0;
  endpoint = "";
  private readonly running: ChildProcess[] = [];

  /** @param host - name or address by which the S3 server is reached */
  constructor(private readonly host = "localhost") {}

  private readonly asUser =
    process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Certificates for `localhost`, the S3 server, and free ports. */
  async start(): Promise<void> {
    const openssl = (...args: string[]) => runProgram("openssl", args);
    const days = ["-days", "1", "-nodes", "-newkey", "rsa:2048"];
    const caOut = ["-keyout", this.path("ca.key"), "-out", this.path("ca.crt"), "-subj", "/CN=ca"];
    openssl("req", "-x509", ...days, ...caOut);
    // pgBackRest compares the text with the names, Node.js with the addresses.
    const ours = this.host === "localhost" ? "" : `,DNS:${this.host},IP:${this.host}`;
    const names = ["-addext", `subjectAltName=DNS:localhost${ours}`, "-subj", "/CN=backup"];
    const signedBy = ["-CA", this.path("ca.crt"), "-CAkey", this.path("ca.key")];
    const out = ["-keyout", this.path("tls.key"), "-out", this.path("tls.crt")];
    openssl("req", "-x509", ...days, ...signedBy, ...names, ...out);
    mkdirSync(this.bucket, { recursive: true });
    [this.port, this.serverPort] = [await freePort(), await freePort()];
    const s3Port = await freePort();
    this.endpoint = `https://${this.host}:${s3Port}`;
    const { accessKeyId, secretAccessKey } = this.keys;
    const tls = ["--cert", this.path("tls.crt"), "--key", this.path("tls.key")];
    const env = { ...process.env, ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey };
    const args = ["--port", `${this.host}:${s3Port}`, ...tls, "posix", join(this.folder, "s3")];
    this.running.push(spawn("versitygw", args, { env, stdio: "ignore" }));
    this.ownedByPostgres();
  }

  write(name: string, content: string): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  /** What mounted files and Secrets are in a pod; everything else is in the configuration file. */
  variables(config: string): NodeJS.ProcessEnv {
    const [ca, certificate, key] = ["ca.crt", "tls.crt", "tls.key"].map((name) => this.path(name));
    return {
      PATH: process.env["PATH"],
      PGBACKREST_CONFIG: config,
      PGBACKREST_LOCK_PATH: `${config}.lock`,
      PGBACKREST_REPO1_STORAGE_CA_FILE: ca,
      PGBACKREST_REPO1_CIPHER_PASS: "a passphrase of its own",
      PGBACKREST_REPO1_S3_KEY: this.keys.accessKeyId,
      PGBACKREST_REPO1_S3_KEY_SECRET: this.keys.secretAccessKey,
      ...(config.endsWith("server.conf")
        ? {
            PGBACKREST_TLS_SERVER_CA_FILE: ca,
            PGBACKREST_TLS_SERVER_CERT_FILE: certificate,
            PGBACKREST_TLS_SERVER_KEY_FILE: key,
          }
        : {
            PGBACKREST_PG1_HOST_CA_FILE: ca,
            PGBACKREST_PG1_HOST_CERT_FILE: certificate,
            PGBACKREST_PG1_HOST_KEY_FILE: key,
          }),
    };
  }

  /** Runs a program to its end; throws with what it printed when it fails. */
  run(command: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
    const [program = "", ...args] = this.asPostgres(command);
    const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: "utf8", cwd: this.folder });
    if (status !== 0) throw new Error(`${command.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Starts a program that stays. */
  stay(command: readonly string[], env: NodeJS.ProcessEnv): void {
    const [program = "", ...args] = this.asPostgres(command);
    this.running.push(spawn(program, args, { env, stdio: "ignore", cwd: this.folder }));
  }

  sql(port: number, statement: string): string {
    const args = ["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", this.folder, "-p", String(port), "-d", "postgres"];
    return this.run(["psql", ...args, "-U", "postgres", "-c", statement]).trim();
  }

  /** Asks until the answer is the one that is waited for: a server tells nobody when it has recovered. */
  async until(port: number, statement: string, answer: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        if (this.sql(port, statement) === answer) return;
      } catch (error) {
        if (attempt >= 300) throw error;
      }
      if (attempt >= 300) throw new Error(`${statement} is not ${answer}`);
      await delay(100);
    }
  }

  /** Every stored object. */
  stored(): string[] {
    const entries = readdirSync(this.bucket, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }

  async stop(): Promise<void> {
    for (const child of this.running.reverse()) {
      if (child.exitCode !== null) continue;
      const exited = once(child, "exit");
      child.kill("SIGINT");
      await exited;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private asPostgres([program = "", ...args]: readonly string[]): string[] {
    return [...this.asUser, programPath(program) ?? program, ...args];
  }

  private ownedByPostgres(): void {
    if (this.asUser.length === 0) return;
    const id = (flag: string): number => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
    for (const name of ["", "ca.crt", "tls.crt", "tls.key"]) chownSync(this.path(name), id("-u"), id("-g"));
  }
}
