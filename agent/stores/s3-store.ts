import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { GetObjectCommand, HeadObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import type { S3AgentStore } from "../../components/model/agent-config.js";
import { PartWriter } from "./part-writer.js";
import { s3Client } from "./s3-client.js";
import { S3Upload, s3Terms } from "./s3-upload.js";
import { ServerClock } from "./server-clock.js";
import { ObjectMissing, type ObjectRetention, type ObjectWriter, type Store, type StoredObject } from "./store.js";

/** Objects in a bucket. It removes nothing: lifecycle rules do. */
export class S3Store implements Store {
  readonly name: string;
  readonly prefix: string;
  readonly description: string;
  private readonly clock = new ServerClock();
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly legalHold: boolean;

  constructor(config: S3AgentStore) {
    this.name = config.name;
    this.prefix = config.prefix ?? "";
    this.bucket = config.bucket;
    this.legalHold = config.legalHold === true;
    this.description = `s3 bucket ${config.bucket} in ${config.endpoint ?? config.region}`;
    this.client = s3Client(config, this.clock);
  }

  create(key: string, retention: ObjectRetention): ObjectWriter {
    const target = { Bucket: this.bucket, Key: key };
    const terms = s3Terms(retention, this.legalHold);
    return new PartWriter((signal) => new S3Upload(this.client, target, terms, signal), this.clock);
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    for await (const page of paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, Prefix: prefix })) {
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key !== undefined) yield { key: Key, bytes: Size ?? 0, modified: LastModified ?? new Date(0) };
      }
    }
  }

  async read(key: string): Promise<Readable> {
    try {
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      if (Body === undefined) throw new Error(`${key} came without a body`);
      return Body as Readable;
    } catch (error) {
      throw (error as Error).name === "NoSuchKey" ? new ObjectMissing(key) : error;
    }
  }

  async readWhole(key: string): Promise<Buffer> {
    return buffer(await this.read(key));
  }

  async lockedUntil(key: string): Promise<Date | undefined> {
    return (await this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key }))).ObjectLockRetainUntilDate;
  }

  close(): void {
    this.client.destroy();
  }
}
