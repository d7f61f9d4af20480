import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Agent as HttpsAgent } from "node:https";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { S3AgentStore } from "../../components/model/agent-config.js";
import { hideSecret } from "../console.js";
import { AgentFailure, reasonOf } from "../failure.js";

/** Attempts for one request, the first included; the SDK waits longer before each. */
const attempts = 5;
const connectMilliseconds = 10_000;
/** A connection on which nothing moves for so long is dead. */
const idleMilliseconds = 120_000;

/** A client for the server of a store. */
export function s3Client(store: S3AgentStore): S3Client {
  const { endpoint, forcePathStyle, caFile, credentialsFolder } = store;
  const config: S3ClientConfig = {
    region: store.region,
    maxAttempts: attempts,
    // Every upload carries a SHA-256 of ours; the SDK's own checksums would only cost time.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: connectMilliseconds,
      socketTimeout: idleMilliseconds,
      ...(caFile === undefined ? {} : { httpsAgent: new HttpsAgent({ keepAlive: true, ca: readAuthorities(caFile) }) }),
    },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(forcePathStyle === undefined ? {} : { forcePathStyle }),
    ...(credentialsFolder === undefined ? {} : { credentials: () => readCredentials(credentialsFolder) }),
  };
  return new S3Client(config);
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new AgentFailure(2, `caFile must be a readable file (the agent), got ${reasonOf(error)}; check the mount`);
  }
}

async function readCredentials(folder: string): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const read = async (name: string): Promise<string> => (await readFile(join(folder, name), "utf8")).trim();
  const credentials = { accessKeyId: await read("accessKeyId"), secretAccessKey: await read("secretAccessKey") };
  hideSecret(credentials.secretAccessKey);
  return credentials;
}
