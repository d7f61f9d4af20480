import type { Readable, Transform } from "node:stream";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { decompress } from "./compression.js";
import { AgeDecryption } from "./crypto/age-file.js";
import { HashGate } from "./hash-gate.js";
import { interruption } from "./interruption.js";
import type { Manifest, ManifestPart } from "./manifest.js";
import { partKey } from "./stored-backup.js";
import type { Store } from "./stores/store.js";

/** Reads an object to its end and rejects unless it is the one of the manifest. */
export async function verifyPart(store: Store, part: ManifestPart): Promise<void> {
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  await pipeline(await store.read(partKey(store, part)), new HashGate(part), nowhere, { signal: interruption });
}

/** The object, the check of its bytes, its decryption, its decompression. */
export type PlainStages = [Readable, HashGate, Transform, Transform];

/** The stages that turn an object back into what the source gave. */
export async function plainStages(
  store: Store,
  manifest: Manifest,
  part: ManifestPart,
  identities: readonly string[],
): Promise<PlainStages> {
  const object = await store.read(partKey(store, part));
  return [object, new HashGate(part), new AgeDecryption(identities), decompress(manifest.compression)];
}
