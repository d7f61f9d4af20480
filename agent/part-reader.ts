import type { Readable, Transform } from "node:stream";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { decompress } from "./compression.js";
import { copyFailure } from "./copy-failure.js";
import { AgeDecryption } from "./crypto/age-file.js";
import { AlteredData } from "./crypto/altered-data.js";
import { HashGate } from "./hash-gate.js";
import { interruption } from "./interruption.js";
import type { Manifest, ManifestPart } from "./manifest.js";
import { partKey } from "./stored-backup.js";
import type { Store } from "./stores/store.js";

/** The object, the check of its bytes, its decryption, its decompression. */
export type PlainStages = [Readable, HashGate, AgeDecryption, ...Transform[]];

/** Reads an object to its end; rejects with a `CopyFailure` unless it is the one of the manifest. */
export async function verifyPart(store: Store, part: ManifestPart): Promise<void> {
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  await movePart([await openPart(store, part), new HashGate(part)], nowhere);
}

/** The stages that turn an object back into what the source gave. */
export async function plainStages(
  store: Store,
  manifest: Manifest,
  part: ManifestPart,
  identities: readonly string[],
): Promise<PlainStages> {
  const object = await openPart(store, part);
  const decryption = new AgeDecryption(identities, part.headSha256);
  return [object, new HashGate(part), decryption, ...decompress(manifest.compression)];
}

/** Moves a stream into a target. What is the copy's fault comes as a `CopyFailure`, the target's as it is. */
export async function movePart(
  stages: readonly [Readable, ...Transform[]],
  target: NodeJS.WritableStream & Pick<Writable, "destroyed">,
  end = true,
): Promise<void> {
  const gate = stages.find((stage) => stage instanceof HashGate);
  // A target may break in the words of a store; whoever fails first draws the others along.
  const object = { unread: false };
  stages[0].once("error", () => (object.unread = !target.destroyed));
  try {
    await pipeline([...stages, target], { signal: interruption, end });
  } catch (error) {
    interruption.throwIfAborted();
    throw object.unread || error instanceof AlteredData ? copyFailure(error, gate?.partName ?? "") : error;
  }
}

async function openPart(store: Store, part: ManifestPart): Promise<Readable> {
  try {
    return await store.read(partKey(store, part));
  } catch (error) {
    interruption.throwIfAborted();
    throw copyFailure(error, part.name);
  }
}
