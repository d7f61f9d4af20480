import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { programPath, runProgram } from "../../support/programs.js";
import { freePort } from "./postgres-server.js";
import { untilItAnswers } from "./until-it-answers.js";

/** PostgreSQL whose log and base backups pgBackRest keeps in one or two encrypted folders on this machine. */
export class ArchivedPostgres {
  readonly folder = mkdtempSync(join(tmpdir(), "archived-"));
  readonly passphrase = "a passphrase of its own";
  private readonly data = join(this.folder, "data");
  private port = 0;
  private running: ChildProcess | undefined;
  private readonly root = process.getuid?.() === 0;

  /** What the agent and pgBackRest find in their environment. */
  get variables(): Record<string, string> {
    return {
      PGBACKREST_CONFIG: join(this.folder, "pgbackrest.conf"),
      PGBACKREST_REPO1_CIPHER_PASS: this.passphrase,
      PGBACKREST_REPO2_CIPHER_PASS: this.passphrase,
    };
  }

  repository(number: number): string {
    return join(this.folder, `repo${String(number)}`);
  }

  async start(repositories: number): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    if (this.root) runProgram("chown", ["postgres", this.folder]);
    this.port = await freePort();
    const global = Array.from({ length: repositories }, (_, index) => {
      const repo = `repo${String(index + 1)}`;
      return `${repo}-path=${this.repository(index + 1)}\n${repo}-cipher-type=aes-256-cbc\n${repo}-retention-full=9\n`;
    });
    const database = `pg1-path=${this.data}\npg1-socket-path=${this.folder}\npg1-port=${String(this.port)}\n`;
    const common = `start-fast=y\nlog-level-file=off\nlock-path=${join(this.folder, "lock")}\n`;
    writeFileSync(
      this.variables["PGBACKREST_CONFIG"] ?? "",
      `[global]\n${common}${global.join("")}[main]\n${database}`,
    );
    this.run("initdb", "-D", this.data, "-U", "postgres", "-A", "trust", "--no-sync");
    const settings = {
      listen_addresses: "",
      fsync: "off",
      archive_mode: "on",
      archive_command: `${programPath("pgbackrest") ?? ""} --stanza=main archive-push %p`,
      // Needed by whoever replays the log of a prepared transaction.
      max_prepared_transactions: "5",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const [program, ...before] = this.command("postgres");
    const socket = ["-D", this.data, "-p", String(this.port), "-k", this.folder];
    this.running = spawn(program, [...before, ...socket, ...args], { env: this.environment, stdio: "ignore" });
    await untilItAnswers(this.running, () => this.sql("SELECT 1"));
    // What a drill's server must not take over: it would find no such library.
    this.sql("ALTER SYSTEM SET shared_preload_libraries = 'of_production_only'");
    this.pgbackrest("stanza-create");
  }

  sql(statement: string, database = "postgres"): string {
    const how = ["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", this.folder, "-p", String(this.port), "-U", "postgres"];
    return this.run("psql", ...how, "-d", database, "-c", statement).trim();
  }

  /** Closes the current file of the log and waits until every repository has it. */
  archive(): void {
    this.sql("CREATE TABLE IF NOT EXISTS beat (at timestamptz); INSERT INTO beat VALUES (now())");
    this.pgbackrest("check");
  }

  backup(repository: number, type: "full" | "diff" = "full"): void {
    this.pgbackrest("backup", `--repo=${String(repository)}`, `--type=${type}`);
  }

  /** Files of the log in a repository, oldest first. */
  log(repository: number): string[] {
    return this.files(repository).filter((file) => /\/[0-9A-F]{24}-[0-9a-f]{40}\.(gz|zst|lz4)$/.test(file));
  }

  /** Every file of a repository with its size and time. */
  files(repository: number): string[] {
    const entries = readdirSync(this.repository(repository), { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  }

  /** Everything of a repository that a push would change. */
  state(repository: number): string[] {
    return this.files(repository).map(
      (file) => `${file} ${String(statSync(file).size)} ${String(statSync(file).mtimeMs)}`,
    );
  }

  /** Writes other bytes over the middle of a file, and gives back what undoes it. */
  damage(file: string): () => void {
    const before = readFileSync(file);
    const after = Buffer.from(before);
    after.fill(0x5a, Math.floor(after.length / 3), Math.floor(after.length / 2));
    this.replace(file, after);
    return () => {
      this.replace(file, before);
    };
  }

  /** Takes a file away, and gives back what undoes it. */
  take(file: string): () => void {
    const before = readFileSync(file);
    rmSync(file);
    return () => {
      this.replace(file, before);
    };
  }

  async stop(): Promise<void> {
    if (this.running !== undefined && this.running.exitCode === null) {
      const exited = once(this.running, "exit");
      this.running.kill("SIGQUIT");
      await exited;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private replace(file: string, bytes: Buffer): void {
    writeFileSync(file, bytes);
    const { uid, gid } = statSync(dirname(file));
    chownSync(file, uid, gid);
  }

  private pgbackrest(command: string, ...args: string[]): string {
    return this.run("pgbackrest", "--stanza=main", ...args, command);
  }

  private run(name: string, ...args: string[]): string {
    const [program, ...before] = this.command(name);
    const { status, stdout, stderr } = spawnSync(program, [...before, ...args], {
      env: this.environment,
      encoding: "utf8",
      cwd: this.folder,
    });
    if (status !== 0) throw new Error(`${name} ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  }

  private command(name: string): [string, ...string[]] {
    const path = programPath(name) ?? name;
    return this.root ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", path] : [path];
  }

  private get environment(): NodeJS.ProcessEnv {
    return { PATH: process.env["PATH"], ...this.variables };
  }
}
