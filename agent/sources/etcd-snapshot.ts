import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { AgentFailure } from "../failure.js";
import { interruption } from "../interruption.js";

/** A snapshot is a bbolt file, whose length is a multiple of its sectors, and the SHA-256 of that file. */
const hashBytes = 32;
const sectorBytes = 512;

/** Refuses a file that is no snapshot, or whose bytes are not those that etcd sent. */
export async function verifySnapshot(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const databaseBytes = size - hashBytes;
    if (databaseBytes <= 0 || databaseBytes % sectorBytes !== 0) {
      const rule = "the snapshot must be a database and its hash (etcd)";
      throw new AgentFailure(1, `${rule}, got ${size} bytes: it is another file, or was cut off`);
    }
    const told = Buffer.alloc(hashBytes);
    await handle.read(told, 0, hashBytes, databaseBytes);
    const hash = createHash("sha256");
    await pipeline(createReadStream(file, { end: databaseBytes - 1 }), hash, { signal: interruption });
    const found = hash.digest();
    if (found.equals(told)) return;
    const got = `${found.toString("hex")} in place of ${told.toString("hex")}`;
    throw new AgentFailure(1, `the snapshot must have the hash at its end (etcd), got ${got}: it was altered`);
  } finally {
    await handle.close();
  }
}
