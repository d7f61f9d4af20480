import { execFileSync, spawnSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { agentNodeOptions } from "../../components/shared/agent-node.js";
import { PostgresServer } from "../../test/agent/support/postgres-server.js";
import { S3Server } from "../../test/agent/support/s3-server.js";
import { agentBundle, Workspace } from "../../test/agent/support/workspace.js";
import { programPath } from "../../test/support/programs.js";

const agentNode = process.env["AGENT_NODE"] ?? process.execPath;

/** The agent as the tables name it. */
export const agentName = `the agent on node ${execFileSync(agentNode, ["--version"], { encoding: "utf8" }).trim()}`;

/** A PostgreSQL server and an S3 server, and whoever is measured between them. */
export class Servers {
  readonly server = new PostgresServer();
  readonly store = new S3Server();
  readonly workspace = new Workspace({ source: { kind: "command", command: ["true"] } });
  private readonly report = this.workspace.path("memory");
  residentMegabytes = 0;
  databases = 0;

  async start(): Promise<void> {
    await this.server.start();
    await this.store.start();
    for (const Bucket of ["peers", "restic"]) await this.store.client.send(new CreateBucketCommand({ Bucket }));
    Object.assign(this.workspace.config, { source: this.server.source(), stores: [this.store.store()] });
    this.shell('restic -r "$REPOSITORY" init');
  }

  async stop(): Promise<void> {
    this.workspace.remove();
    await this.store.stop();
    await this.server.stop();
  }

  /** Runs a line of shell and returns the length of what it left in the file that `$OUT` names, if it did. */
  shell(line: string): number {
    const { accessKeyId, secretAccessKey } = this.store.credentials;
    const env = {
      ...process.env,
      PATH: `${programPath("pg_dump")?.replace(/\/pg_dump$/, "") ?? ""}:${process.env["PATH"] ?? ""}`,
      PGPASSWORD: this.server.password,
      PGHOST: "127.0.0.1",
      PGPORT: String(this.server.port),
      PGUSER: "postgres",
      OUT: this.workspace.path("out"),
      ONE: this.workspace.config.recipients[0],
      TWO: this.workspace.config.recipients[1],
      IDENTITY: this.workspace.identityFiles[0],
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      RESTIC_PASSWORD: "bench",
      REPOSITORY: `s3:${this.store.endpoint}/restic`,
      RCLONE_CONFIG_S3_TYPE: "s3",
      RCLONE_CONFIG_S3_PROVIDER: "Other",
      RCLONE_CONFIG_S3_ACCESS_KEY_ID: accessKeyId,
      RCLONE_CONFIG_S3_SECRET_ACCESS_KEY: secretAccessKey,
      RCLONE_CONFIG_S3_ENDPOINT: this.store.endpoint,
      RCLONE_CONFIG_S3_NO_CHECK_BUCKET: "true",
    };
    const run = spawnSync("bash", ["-euo", "pipefail", "-c", line], { env, encoding: "utf8", maxBuffer: 2 ** 28 });
    if (run.status !== 0) throw new Error(`${line}: ${run.stderr}`);
    return line.includes("$OUT") ? statSync(this.workspace.path("out")).size : 0;
  }

  agent(...args: readonly string[]): number {
    const file = this.workspace.path("bench.json");
    writeFileSync(file, JSON.stringify(this.workspace.config));
    const env = {
      ...process.env,
      NODE_OPTIONS: `--require ${process.cwd()}/test/agent/support/preload.cjs`,
      CLOCK_SHIFT_SECONDS: "0",
      MEMORY_REPORT: this.report,
    };
    const [command = "", ...rest] = args;
    const call = [...agentNodeOptions, agentBundle("s3"), command, "--config", file, ...rest];
    const run = spawnSync(agentNode, call, { encoding: "utf8", env });
    if (run.status !== 0) throw new Error(run.stderr);
    const resident = Number(execFileSync("cat", [this.report], { encoding: "utf8" })) / 1024;
    this.residentMegabytes = Math.max(this.residentMegabytes, resident);
    return (JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "{}") as { bytes: number }).bytes;
  }

  /** A new database to restore into. */
  target(): string {
    const name = `target_${String(++this.databases)}`;
    this.server.sql("postgres", `CREATE DATABASE ${name}`);
    return name;
  }

  /** Makes room. */
  dropTargets(): void {
    for (; this.databases > 0; this.databases--)
      this.server.sql("postgres", `DROP DATABASE target_${String(this.databases)}`);
  }
}
