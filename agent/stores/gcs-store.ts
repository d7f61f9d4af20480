import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { GcsAgentStore } from "../../components/model/agent-config.js";
import { GcsClient, GcsRefusal } from "./gcs-client.js";
import { gcsTerms, GcsUpload, objectInfo, objectUrl, type GcsObject } from "./gcs-upload.js";
import { PartWriter } from "./part-writer.js";
import { ServerClock } from "./server-clock.js";
import { ObjectMissing, type ObjectRetention, type ObjectWriter, type Store, type StoredObject } from "./store.js";

/** How the server says that not only the object is missing. */
const noBucket = /specified bucket does not exist/;

/** Objects in a bucket of Cloud Storage. It removes nothing: a lifecycle rule does. */
export class GcsStore implements Store {
  readonly name: string;
  readonly prefix: string;
  readonly description: string;
  private readonly clock = new ServerClock();
  private readonly client: GcsClient;
  private readonly bucket: string;

  constructor(config: GcsAgentStore) {
    this.name = config.name;
    this.prefix = config.prefix ?? "";
    this.bucket = config.bucket;
    const place = config.endpoint === undefined ? "" : ` in ${config.endpoint}`;
    this.description = `gcs bucket ${config.bucket}${place}`;
    this.client = new GcsClient(config, this.clock);
  }

  create(key: string, retention: ObjectRetention): ObjectWriter {
    const target = { bucket: this.bucket, key, terms: gcsTerms(retention, new Date()) };
    return new PartWriter((signal) => new GcsUpload(this.client, target, signal), this.clock);
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const query = new URLSearchParams({ prefix, fields: "items(name,size,updated),nextPageToken" });
    for (let more = true; more;) {
      const url = `/storage/v1/b/${encodeURIComponent(this.bucket)}/o?${query.toString()}`;
      const page = (await this.client.json({ method: "GET", url })) as {
        readonly items?: readonly GcsObject[];
        readonly nextPageToken?: string;
      };
      for (const { name, size, updated } of page.items ?? []) {
        yield { key: name, bytes: Number(size), modified: new Date(updated) };
      }
      more = page.nextPageToken !== undefined;
      query.set("pageToken", page.nextPageToken ?? "");
    }
  }

  async read(key: string): Promise<Readable> {
    try {
      return await this.client.send({ method: "GET", url: `${objectUrl(this.bucket, key)}?alt=media` });
    } catch (error) {
      const missing = error instanceof GcsRefusal && error.statusCode === 404 && !noBucket.test(error.message);
      throw missing ? new ObjectMissing(key) : error;
    }
  }

  async readWhole(key: string): Promise<Buffer> {
    return buffer(await this.read(key));
  }

  async lockedUntil(key: string): Promise<Date | undefined> {
    const { retention } = await objectInfo(this.client, { bucket: this.bucket, key });
    return retention === undefined ? undefined : new Date(retention.retainUntilTime);
  }

  close(): void {
    this.client.close();
  }
}
