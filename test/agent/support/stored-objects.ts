import { buffer } from "node:stream/consumers";
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { AzureServer } from "./azure-server.js";
import { GcsServer } from "./gcs-server.js";
import { S3Server } from "./s3-server.js";

/** The objects of a server of this test run, past the agent and its stores: what an intruder or a mishap does to them. */
export interface StoredObjects {
  list(prefix: string): Promise<readonly string[]>;
  read(key: string): Promise<Buffer>;
  write(key: string, content: Buffer): Promise<void>;
  remove(key: string): Promise<void>;
}

/** A server of each family that is reached over the network, and the program that it needs. */
export const networkServers = {
  s3: { program: "versitygw", make: () => new S3Server(), objects: ofS3 },
  gcs: { program: "fake-gcs-server", make: () => new GcsServer(), objects: ofGcs },
  azure: { program: "azurite-blob", make: () => new AzureServer(), objects: ofAzure },
} as const;

const Bucket = "backups";

function ofS3(server: S3Server | GcsServer | AzureServer): StoredObjects {
  const { client } = server as S3Server;
  return {
    list: async (Prefix) => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
      return Contents.map(({ Key = "" }) => Key);
    },
    read: async (Key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    write: async (Key, Body) => {
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    remove: async (Key) => {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
  };
}

function ofGcs(server: S3Server | GcsServer | AzureServer): StoredObjects {
  const gcs = server as GcsServer;
  const at = (key: string): string => `${gcs.endpoint}/storage/v1/b/${Bucket}/o/${encodeURIComponent(key)}`;
  return {
    list: async (prefix) => (await gcs.objects(prefix)).map(({ name }) => name),
    read: async (key) => Buffer.from(await (await fetch(`${at(key)}?alt=media`)).arrayBuffer()),
    write: async (key, content) => {
      const query = new URLSearchParams({ uploadType: "media", name: key });
      const url = `${gcs.endpoint}/upload/storage/v1/b/${Bucket}/o?${query.toString()}`;
      const written = await fetch(url, { method: "POST", body: new Uint8Array(content) });
      if (!written.ok) throw new Error(await written.text());
    },
    remove: (key) => gcs.remove(key),
  };
}

function ofAzure(server: S3Server | GcsServer | AzureServer): StoredObjects {
  const { container } = server as AzureServer;
  return {
    list: async (prefix) => {
      const names: string[] = [];
      for await (const { name } of container.listBlobsFlat({ prefix })) names.push(name);
      return names;
    },
    read: async (key) => {
      const { readableStreamBody } = await container.getBlobClient(key).download();
      if (readableStreamBody === undefined) throw new Error(`${key} has no body`);
      return buffer(readableStreamBody);
    },
    write: async (key, content) => {
      await container.getBlockBlobClient(key).upload(content, content.length);
    },
    remove: async (key) => {
      await container.deleteBlob(key);
    },
  };
}
