import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import type { AzureAgentStore } from "../../../components/model/agent-config.js";
import { LocalServer } from "./local-server.js";

/** Azurite of this test run, with one container. It knows no immutability. */
export class AzureServer extends LocalServer {
  readonly account = "tester";
  readonly key = randomBytes(64).toString("base64");
  container!: ContainerClient;

  async start(): Promise<void> {
    // An account in the path, whatever the host's name looks like.
    const names = ["--disableProductStyleUrl"];
    // The SDK speaks newer versions of the API than the server knows, and asks for immutability, which it ignores.
    const args = [
      "--silent",
      "--skipApiVersionCheck",
      "--loose",
      "--disableTelemetry",
      "--location",
      this.folder,
      ...names,
    ];
    await this.run(
      "azurite-blob",
      (port) => [...args, "--blobPort", String(port)],
      { AZURITE_ACCOUNTS: `${this.account}:${this.key}` },
      async () => {
        const service = BlobServiceClient.fromConnectionString(this.connectionString(this.endpoint), {
          retryOptions: { maxTries: 1 },
        });
        this.container = service.getContainerClient("backups");
        await this.container.createIfNotExists();
      },
    );
  }

  /** A store that reaches the server by the file of its connection string. */
  store(changes: Partial<AzureAgentStore> = {}): AzureAgentStore {
    const { account } = this;
    const { endpoint = this.endpoint } = changes;
    const connectionStringFile = join(this.folder, `connection-${endpoint.replace(/\W/g, "-")}`);
    writeFileSync(connectionStringFile, `${this.connectionString(endpoint)}\n`);
    return { kind: "azure", name: "offsite", account, container: "backups", connectionStringFile, ...changes };
  }

  private connectionString(endpoint: string): string {
    const { account, key } = this;
    return `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${endpoint}/${account};`;
  }
}
