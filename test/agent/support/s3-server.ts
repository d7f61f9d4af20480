import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3AgentStore } from "../../../components/model/agent-config.js";
import type { Certificate } from "./certificate.js";
import { freePort } from "./postgres-server.js";
import { untilItAnswers } from "./until-it-answers.js";

/** An S3 server of this test run, with enforced Object Lock. */
export class S3Server {
  readonly folder = mkdtempSync(join(tmpdir(), "agent-s3-"));
  readonly data = join(this.folder, "data");
  client!: S3Client;
  port = 0;
  private process: ChildProcess | undefined;
  readonly credentials = { accessKeyId: "tester", secretAccessKey: "tester-secret-key" };

  /**
   * @param host Address at which it listens: one that pods reach, for tests on a cluster.
   * @param buckets Buckets that are made at the start, with Object Lock.
   * @param certificate What it shows; without one it speaks plain HTTP.
   */
  constructor(
    private readonly host = "127.0.0.1",
    private readonly buckets: readonly string[] = ["backups"],
    private readonly certificate?: Certificate,
  ) {}

  async start(): Promise<void> {
    this.port = await freePort();
    const versions = join(this.folder, "versions");
    mkdirSync(this.data);
    mkdirSync(versions);
    const { accessKeyId, secretAccessKey } = this.credentials;
    const env = { ...process.env, ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey };
    const { certificate } = this;
    const tls = certificate === undefined ? [] : ["--cert", certificate.certFile, "--key", certificate.keyFile];
    const place = ["posix", "--versioning-dir", versions, this.data];
    const args = ["--port", `${this.host}:${String(this.port)}`, ...tls, ...place];
    this.process = spawn("versitygw", args, { env, stdio: "ignore" });
    this.client = new S3Client({
      region: "us-east-1",
      endpoint: this.endpoint,
      forcePathStyle: true,
      credentials: { ...this.credentials },
      // Its name is one that only a proxy knows.
      requestHandler: { httpsAgent: new Agent({ ca: certificate?.cert, checkServerIdentity: () => undefined }) },
    });
    await untilItAnswers(this.process, () => this.createBucket(this.buckets[0] ?? ""));
    for (const bucket of this.buckets.slice(1)) await this.createBucket(bucket);
    this.writeCredentials("right", secretAccessKey);
    this.writeCredentials("wrong", "another-secret-key");
  }

  store(changes: Partial<S3AgentStore> = {}): S3AgentStore {
    return {
      kind: "s3",
      name: "offsite",
      bucket: "backups",
      region: "us-east-1",
      endpoint: this.endpoint,
      forcePathStyle: true,
      credentialsFolder: join(this.folder, "right"),
      ...changes,
    };
  }

  async stop(): Promise<void> {
    const server = this.process;
    if (server !== undefined) {
      const ended = new Promise((done) => server.once("exit", done));
      server.kill();
      await ended;
      this.client.destroy();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  get endpoint(): string {
    return `${this.certificate === undefined ? "http" : "https"}://${this.host}:${String(this.port)}`;
  }

  private async createBucket(Bucket: string): Promise<void> {
    await this.client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  }

  private writeCredentials(name: string, secretAccessKey: string): void {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    writeFileSync(join(folder, "accessKeyId"), `${this.credentials.accessKeyId}\n`);
    writeFileSync(join(folder, "secretAccessKey"), `${secretAccessKey}\n`);
  }
}
