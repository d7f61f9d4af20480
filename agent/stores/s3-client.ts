import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { S3AgentStore } from "../../components/model/agent-config.js";
import { hideSecret } from "../console.js";
import { connectSeconds, idleAgents, idleMilliseconds } from "./idle-agents.js";

/** Attempts for one request, the first included; the SDK waits longer before each. */
const attempts = 5;

/** A client for the server of a store. */
export function s3Client(store: S3AgentStore): S3Client {
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
  return new S3Client(config);
}

async function readCredentials(folder: string): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const read = async (name: string): Promise<string> => (await readFile(join(folder, name), "utf8")).trim();
  const credentials = { accessKeyId: await read("accessKeyId"), secretAccessKey: await read("secretAccessKey") };
  hideSecret(credentials.secretAccessKey);
  return credentials;
}
