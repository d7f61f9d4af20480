import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePort } from "./postgres-server.js";
import { programPath, runProgram } from "../../support/programs.js";

/** An sshd of this test run on a loopback port, which lets in this run's own user by one key. */
export class SshServer {
  /** The key that it lets in. */
  readonly keyFile: string;
  /** Its own key, as clients pin it. */
  readonly knownHostsFile: string;
  private port = 0;
  private process: ChildProcess | undefined;

  /** @param folder Where its files are. */
  constructor(private readonly folder: string) {
    mkdirSync(folder, { mode: 0o700 });
    this.keyFile = join(folder, "client");
    this.knownHostsFile = join(folder, "known_hosts");
  }

  async start(): Promise<void> {
    this.port = await freePort();
    for (const name of ["client", "host", "stranger"]) {
      runProgram("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(this.folder, name)]);
    }
    this.pin("host", this.knownHostsFile);
    const config = [
      "ListenAddress 127.0.0.1",
      `Port ${String(this.port)}`,
      `HostKey "${join(this.folder, "host")}"`,
      `AuthorizedKeysFile "${this.keyFile}.pub"`,
      "AuthenticationMethods publickey",
      "PermitRootLogin yes",
      "StrictModes no",
      "UsePAM no",
      "PidFile none",
    ];
    const file = join(this.folder, "sshd_config");
    writeFileSync(file, `${config.join("\n")}\n`);
    // As root it goes into this folder before it trusts anybody, which only its service would make.
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    const server = spawn(programPath("sshd") ?? "", ["-D", "-e", "-f", file], { stdio: ["ignore", "ignore", "pipe"] });
    this.process = server;
    await new Promise<void>((done, fail) => {
      let log = "";
      server.stderr.setEncoding("utf8").on("data", (text: string) => {
        log += text;
        if (log.includes("Server listening on")) done();
      });
      server.once("exit", () => {
        fail(new Error(log));
      });
    });
  }

  /** URL of a repository on this machine. */
  url(path: string): string {
    return `ssh://${userInfo().username}@127.0.0.1:${String(this.port)}${path}`;
  }

  /** Path of a private key that nobody knows. */
  get strangerKeyFile(): string {
    return join(this.folder, "stranger");
  }

  /** Writes known hosts that hold one of this folder's keys for the server. */
  pin(name: "host" | "stranger", file: string): void {
    const key = readFileSync(join(this.folder, `${name}.pub`), "utf8");
    writeFileSync(file, `[127.0.0.1]:${String(this.port)} ${key}`);
  }

  async stop(): Promise<void> {
    const server = this.process;
    if (server === undefined || server.exitCode !== null) return;
    const ended = new Promise((done) => server.once("exit", done));
    server.kill();
    await ended;
  }
}
