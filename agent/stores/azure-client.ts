import { readFileSync } from "node:fs";
import { ManagedIdentityCredential, WorkloadIdentityCredential } from "@azure/identity";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import type { AzureAgentStore } from "../../components/model/agent-config.js";
import { hideSecret } from "../console.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { idleAgents } from "./idle-agents.js";

/** Attempts for one request, the first included; whoever writes begins anew, whatever the answer was. */
const attempts = 3;
const firstDelayMilliseconds = 500;
const longestDelayMilliseconds = 4_000;

/** A client for the container of a store. */
export function azureContainer(store: AzureAgentStore): ContainerClient {
  const connection = connectionString(store);
  const endpoint = endpointOf(store, connection);
  const agents = idleAgents(store);
  const options = {
    agent: endpoint.startsWith("http://") ? agents.http : agents.https,
    retryOptions: {
      maxTries: attempts,
      retryDelayInMs: firstDelayMilliseconds,
      maxRetryDelayInMs: longestDelayMilliseconds,
    },
  };
  const service =
    connection === undefined
      ? new BlobServiceClient(endpoint, identity(store), options)
      : BlobServiceClient.fromConnectionString(connection, options);
  return service.getContainerClient(store.container);
}

function endpointOf(store: AzureAgentStore, connection: string | undefined): string {
  const named = /(?:^|;)BlobEndpoint=([^;]+)/.exec(connection ?? "")?.[1];
  return named ?? store.endpoint ?? `https://${store.account}.blob.core.windows.net`;
}

function identity({ clientId }: AzureAgentStore): WorkloadIdentityCredential | ManagedIdentityCredential {
  const named = clientId === undefined ? {} : { clientId };
  return process.env["AZURE_FEDERATED_TOKEN_FILE"] === undefined
    ? new ManagedIdentityCredential(named)
    : // The webhook says which authority to trust; asking a public server about it would need one more way out.
      new WorkloadIdentityCredential({ ...named, disableInstanceDiscovery: true });
}

function connectionString({ connectionStringFile }: AzureAgentStore): string | undefined {
  if (connectionStringFile === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(connectionStringFile, "utf8").trim();
  } catch (error) {
    const got = reasonOf(error);
    throw new AgentFailure(2, `connectionStringFile must be a readable file (the agent), got ${got}; check the mount`);
  }
  for (const [, secret = ""] of text.matchAll(/(?:AccountKey|SharedAccessSignature)=([^;]+)/g)) hideSecret(secret);
  return text;
}
