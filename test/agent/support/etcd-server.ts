import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EtcdSource } from "../../../components/model/agent-config.js";
import { freePort } from "./postgres-server.js";
import { runProgram } from "../../support/programs.js";
import { untilItAnswers } from "./until-it-answers.js";

/** An etcd of this test run that lets in only who has a client certificate of its authority, as kubeadm's does. */
export class EtcdServer {
  readonly folder = mkdtempSync(join(tmpdir(), "agent-etcd-"));
  private endpoint = "";
  private process: ChildProcess | undefined;

  /** @param data Data folder that it starts on. */
  async start(data = this.path("data")): Promise<void> {
    this.makeCertificates();
    const [client, peer] = [await freePort(), await freePort()];
    this.endpoint = `https://127.0.0.1:${String(client)}`;
    const peers = `http://127.0.0.1:${String(peer)}`;
    const args = [
      ["data-dir", data],
      ["listen-client-urls", this.endpoint],
      ["advertise-client-urls", this.endpoint],
      ["listen-peer-urls", peers],
      ["initial-advertise-peer-urls", peers],
      ["initial-cluster", `default=${peers}`],
      ["client-cert-auth", "true"],
      ["trusted-ca-file", this.path("ca.crt")],
      ["cert-file", this.path("client.crt")],
      ["key-file", this.path("client.key")],
      ["unsafe-no-fsync", "true"],
    ].map(([name, value]) => `--${String(name)}=${String(value)}`);
    this.process = spawn("etcd", args, { stdio: "ignore" });
    await untilItAnswers(this.process, () => this.ask("get", "x"));
  }

  /** Runs `etcdctl`. */
  ask(...args: readonly string[]): string {
    const run = this.tryAsk(...args);
    if (run.status !== 0) throw new Error(run.stderr);
    return run.stdout.trim();
  }

  source(changes: Partial<EtcdSource> = {}): EtcdSource {
    const { endpoint } = this;
    const [caFile, certFile, keyFile] = ["ca.crt", "client.crt", "client.key"].map((name) => this.path(name));
    return { kind: "etcd", endpoint, caFile, certFile, keyFile, ...changes };
  }

  /** Number of its process. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  path(name: string): string {
    return join(this.folder, name);
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

  private tryAsk(...args: readonly string[]): { readonly status: number | null; stdout: string; stderr: string } {
    const { caFile = "", certFile = "", keyFile = "" } = this.source();
    const access = [`--endpoints=${this.endpoint}`, `--cacert=${caFile}`, `--cert=${certFile}`, `--key=${keyFile}`];
    return spawnSync("etcdctl", [...access, ...args], { encoding: "utf8" });
  }

  private makeCertificates(): void {
    const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=etcd"];
    const names = ["-addext", "subjectAltName=IP:127.0.0.1"];
    runProgram("openssl", [...made, "-keyout", this.path("ca.key"), "-out", this.path("ca.crt")]);
    const signed = ["-CA", this.path("ca.crt"), "-CAkey", this.path("ca.key"), ...names];
    runProgram("openssl", [...made, ...signed, "-keyout", this.path("client.key"), "-out", this.path("client.crt")]);
  }
}
