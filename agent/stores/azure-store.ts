import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ContainerClient, RestError } from "@azure/storage-blob";
import type { AzureAgentStore } from "../../components/model/agent-config.js";
import { azureContainer } from "./azure-client.js";
import { azureTerms, AzureUpload } from "./azure-upload.js";
import { PartWriter } from "./part-writer.js";
import { ServerClock } from "./server-clock.js";
import { ObjectMissing, type ObjectRetention, type ObjectWriter, type Store, type StoredObject } from "./store.js";

/** Blobs in a container. It removes nothing: lifecycle rules do. */
export class AzureStore implements Store {
  readonly name: string;
  readonly prefix: string;
  readonly description: string;
  private readonly clock = new ServerClock();
  private readonly container: ContainerClient;

  constructor(config: AzureAgentStore) {
    this.name = config.name;
    this.prefix = config.prefix ?? "";
    this.description = `azure container ${config.container} of ${config.account}`;
    this.container = azureContainer(config);
  }

  create(key: string, retention: ObjectRetention): ObjectWriter {
    const blob = this.container.getBlockBlobClient(key);
    return new PartWriter((signal) => new AzureUpload(blob, azureTerms(retention), signal), this.clock);
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for await (const { date, segment } of this.container.listBlobsFlat({ prefix }).byPage()) {
      this.clock.note(date);
      for (const { name, properties } of segment.blobItems) {
        yield { key: name, bytes: properties.contentLength ?? 0, modified: properties.lastModified };
      }
    }
  }

  async read(key: string): Promise<Readable> {
    try {
      const { readableStreamBody } = await this.container.getBlobClient(key).download();
      if (!(readableStreamBody instanceof Readable)) throw new Error(`${key} came without a body`);
      return readableStreamBody;
    } catch (error) {
      const { statusCode, code } = error as RestError;
      // Else not only the blob is missing.
      throw statusCode === 404 && code !== "ContainerNotFound" ? new ObjectMissing(key) : error;
    }
  }

  async readWhole(key: string): Promise<Buffer> {
    return buffer(await this.read(key));
  }

  async lockedUntil(key: string): Promise<Date | undefined> {
    return (await this.container.getBlobClient(key).getProperties()).immutabilityPolicyExpiresOn;
  }

  close(): void {
    // Idle connections end by themselves; the client has nothing else to let go.
  }
}
