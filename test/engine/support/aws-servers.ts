import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as backup from "@aws-sdk/client-backup";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import * as iam from "@aws-sdk/client-iam";
import * as kms from "@aws-sdk/client-kms";
import * as lambda from "@aws-sdk/client-lambda";
import * as rds from "@aws-sdk/client-rds";
import * as s3 from "@aws-sdk/client-s3";
import * as sns from "@aws-sdk/client-sns";
import { freePort } from "../../agent/support/postgres-server.js";
import { type Renamed, ServiceModel } from "./aws-model.js";

/** The SDK's package and client class of each service that a server answers for. */
const sdks = {
  backup: [backup, backup.BackupClient],
  cloudwatch: [cloudwatch, cloudwatch.CloudWatchClient],
  events: [eventbridge, eventbridge.EventBridgeClient],
  iam: [iam, iam.IAMClient],
  kms: [kms, kms.KMSClient],
  lambda: [lambda, lambda.LambdaClient],
  rds: [rds, rds.RDSClient],
  s3: [s3, s3.S3Client],
  sns: [sns, sns.SNSClient],
} as const;

/** What moto does not know and MiniStack does. */
const ministackOperations = /^(Create|Get|Update|Delete|List)Backup(Plan|Selection)s?$/;

/** What neither knows: such a request is only held against the service's model. */
const unanswered: readonly RegExp[] = [
  /^backup\.(Put|Delete|Get)BackupVault(AccessPolicy|Notifications)$/,
  /^backup\.CreateLogicallyAirGappedBackupVault$/,
  /^backup\..*(RestoreTesting|Framework)/,
  /^rds\.(Start|Stop)DBInstanceAutomatedBackupsReplication$/,
  /^(dlm|chatbot)\./,
];

/** The account that moto answers for. */
export const account = "123456789012";

/** A request that no server answered. */
export interface Unanswered {
  readonly operation: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/**
 * AWS as far as two servers know it: moto for most, MiniStack for the plans and selections of AWS Backup. Every request
 * is held against the service's own model first.
 */
export class AwsServers {
  /** Requests that no server answered, in order. */
  readonly unanswered: Unanswered[] = [];
  readonly #models = new Map<string, ServiceModel>();
  readonly #processes: ChildProcess[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "aws-"));
  #moto = "";
  #ministack = "";

  async start(): Promise<void> {
    const [motoPort, ministackPort] = [await freePort(), await freePort()];
    this.#moto = `http://127.0.0.1:${motoPort}`;
    this.#ministack = `http://127.0.0.1:${ministackPort}`;
    const env = {
      ...process.env,
      HOME: this.#folder,
      TMPDIR: this.#folder,
      MOTO_IAM_LOAD_MANAGED_POLICIES: "true",
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(ministackPort),
      MINISTACK_ACCOUNT_ID: account,
      SERVICES: "backup",
    };
    this.#processes.push(
      spawn("moto_server", ["-H", "127.0.0.1", "-p", String(motoPort)], { env, stdio: "ignore" }),
      spawn("ministack", [], { env, stdio: "ignore" }),
    );
    await Promise.all([answers(this.#moto), answers(this.#ministack)]);
  }

  async stop(): Promise<void> {
    for (const server of this.#processes) {
      if (server.exitCode !== null) continue;
      server.kill("SIGKILL");
      await once(server, "exit");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /**
   * Sends a request of the provider's inputs.
   * @param call - `service.Operation`
   */
  async send(
    call: string,
    region: string,
    inputs: Readonly<Record<string, unknown>>,
    renamed?: Renamed,
  ): Promise<Record<string, unknown>> {
    const [service = "", operation = ""] = call.split(".");
    let model = this.#models.get(service);
    if (model === undefined) this.#models.set(service, (model = new ServiceModel(service)));
    const request = model.request(operation, inputs, renamed);
    if (unanswered.some((pattern) => pattern.test(call))) {
      this.unanswered.push({ operation: call, request });
      return {};
    }
    return this.ask(call, region, request);
  }

  /** What a server itself answers. */
  async ask<T = Record<string, unknown>>(call: string, region: string, request: object = {}): Promise<T> {
    const [service = "", operation = ""] = call.split(".");
    const [commands, Client] = sdks[service as keyof typeof sdks];
    const client = new (Client as new (config: object) => { send(command: object): Promise<unknown>; destroy(): void })(
      {
        region,
        endpoint: service === "backup" && ministackOperations.test(operation) ? this.#ministack : this.#moto,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        forcePathStyle: true,
        maxAttempts: 1,
      },
    );
    const Command = (commands as unknown as Record<string, new (request: object) => object>)[`${operation}Command`]!;
    try {
      return (await client.send(new Command(request))) as T;
    } catch (error) {
      throw new Error(`${call}: ${(error as Error).name}: ${(error as Error).message}`, { cause: error });
    } finally {
      client.destroy();
    }
  }
}

/** Waits until a server accepts a request: it prints nothing that could be waited for. */
async function answers(url: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
