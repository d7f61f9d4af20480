import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { S3AgentStore } from "../../components/model/agent-config.js";
import { hideSecret } from "../console.js";
import type { ServerClock } from "./server-clock.js";
import { connectSeconds, idleAgents, idleMilliseconds } from "./idle-agents.js";

/** Attempts for one request, the first included; the SDK waits longer before each. */
const attempts = 5;

/** A client for the server of a store. */
export function s3Client(store: S3AgentStore, clock: ServerClock): S3Client {
  const { endpoint, forcePathStyle, credentialsFolder } = store;
  const { http: httpAgent, https: httpsAgent } = idleAgents(store);
  const config: S3ClientConfig = {
    region: store.region,
    maxAttempts: attempts,
    // Every upload carries a SHA-256 of ours; the SDK's own checksums would only cost time.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: connectSeconds * 1000,
      socketTimeout: idleMilliseconds(store),
      httpAgent,
      httpsAgent,
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(forcePathStyle === undefined ? {} : { forcePathStyle }),
    ...(credentialsFolder === undefined ? {} : { credentials: () => readCredentials(credentialsFolder) }),
  };
  const client = new S3Client(config);
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      clock.note((result.response as { readonly headers?: Readonly<Record<string, string>> }).headers?.["date"]);
      return result;
    },
    { step: "deserialize", priority: "low", name: "serverClock" },
  );
  client.middlewareStack.add(
    (next) => (args) => {
      signKnownHash((args.request as { readonly headers: Record<string, string> }).headers);
      return next(args);
    },
    { step: "build", priority: "low", name: "knownHash" },
  );
  client.middlewareStack.add((next) => (args) => next(args).catch(tellStatus), { step: "initialize", name: "status" });
  return client;
}

/** The checksum of a body is its hash: the SDK signs the one that is there, and does not hash the body once more. */
function signKnownHash(headers: Record<string, string>): void {
  const checksum = headers["x-amz-checksum-sha256"];
  if (checksum !== undefined) headers["x-amz-content-sha256"] = Buffer.from(checksum, "base64").toString("hex");
}

/** Proxies and load balancers answer in their own words, which the SDK cannot read; the status says enough. */
function tellStatus(error: unknown): never {
  const { $metadata, message, name } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status === undefined || status < 300) throw error;
  const readable = name !== "Error" && !/UnknownError|parse error/i.test(message);
  (error as Error).message = readable ? message : `the server answered with status ${status}`;
  throw error;
}

async function readCredentials(folder: string): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const read = async (name: string): Promise<string> => (await readFile(join(folder, name), "utf8")).trim();
  const credentials = { accessKeyId: await read("accessKeyId"), secretAccessKey: await read("secretAccessKey") };
  hideSecret(credentials.secretAccessKey);
  return credentials;
}
