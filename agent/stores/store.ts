import type { Readable } from "node:stream";
import type { AgentStore } from "../../components/model/agent-config.js";

/** A place where objects are kept under names. */
export interface Store {
  readonly name: string;
  readonly prefix: string;
  /** Says what it is, for people: `folder /backups`, `s3 bucket b in eu-west-1`. */
  readonly description: string;
  /** Starts an object; nothing is visible under its name before `commit`. */
  create(key: string, retention: ObjectRetention): ObjectWriter;
  /** Every object whose name starts with this. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** The content; rejects with {@link ObjectMissing} when there is none. */
  read(key: string): Promise<Readable>;
  /** The content of a small object as a whole; rejects as `read` does. */
  readWhole(key: string): Promise<Buffer>;
  /** Until when the object is locked; `"unknown"` where the store has no locks or does not say. */
  lockedUntil(key: string): Promise<Date | undefined | "unknown">;
  /** Takes an object away; a store that leaves this to lifecycle rules has no such method. */
  remove?(key: string): Promise<void>;
  /** Takes away what killed runs left behind under this prefix; returns how much. */
  cleanLeftovers?(prefix: string): Promise<number>;
  close(): void;
}

/** Writes one object, whose length is not known before its end. */
export interface ObjectWriter {
  /** Resolves when the next bytes may come: this is the backpressure. */
  write(chunk: Buffer): Promise<void>;
  /** Makes the object visible, durable, and complete. Fails when the name is taken. */
  commit(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/** How long one object is kept. */
export interface ObjectRetention {
  /** Until when nobody may delete it. */
  readonly lock: ObjectLock | undefined;
  /** Whole days after which the store's own lifecycle deletes it; undefined keeps it for ever. */
  readonly keepDays: number | undefined;
}

/** A retention lock for one object. */
export interface ObjectLock {
  readonly mode: "governance" | "compliance";
  readonly until: Date;
}

/** An object as a listing shows it. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modified: Date;
}

/** There is no object of this name. */
export class ObjectMissing extends Error {
  override readonly name = "ObjectMissing";

  constructor(key: string) {
    super(`${key} is not there`);
  }
}

/** Makes stores of each kind that a bundle contains. */
export type StoreFactories = {
  readonly [Kind in AgentStore["kind"]]?: (store: Extract<AgentStore, { kind: Kind }>) => Store;
};

/** Writes a small object in one go. */
export async function putObject(store: Store, key: string, content: Buffer, retention: ObjectRetention): Promise<void> {
  const writer = store.create(key, retention);
  try {
    await writer.write(content);
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
