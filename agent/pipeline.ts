import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { compress, type Compression } from "./compression.js";
import { Progress } from "./console.js";
import { encryptionTo } from "./crypto/age-file.js";
import { AgentFailure } from "./failure.js";
import type { FanOut } from "./fan-out.js";
import { interruption } from "./interruption.js";
import type { SourcePart } from "./sources/source.js";

/** What went into the stores. */
export interface Written {
  readonly bytes: number;
  readonly sha256: string;
  readonly headSha256: string;
  readonly plainBytes: number;
}

/**
 * Reads one part to its end, once: compress, encrypt, hash, hand over to all stores. Rejects unless its producer said
 * that it gave everything. Nothing is visible in the stores yet.
 */
export async function writePart(
  part: SourcePart,
  compression: Compression,
  recipients: readonly string[],
  sink: FanOut,
): Promise<Written> {
  const encryption = await encryptionTo(recipients);
  const source = part.open();
  const plain = new Meter(part.beginsWith);
  const hash = createHash("sha256");
  const progress = new Progress(part.name);
  let bytes = 0;
  let refusal: unknown;
  const take = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      await sink.write(chunk).catch((error: unknown) => {
        refusal = error;
        throw error;
      });
      progress.report(plain.bytes);
    }
  };
  try {
    await pipeline(
      source.stream,
      (chunks: AsyncIterable<Buffer>) => compress(compression, plain.count(chunks)),
      encryption,
      take,
      { signal: interruption },
    );
    await source.complete;
  } catch (error) {
    source.stop();
    // Newer nodes tell only that the streams before were aborted, not why.
    throw refusal ?? error;
  }
  plain.assertBegan(part.name);
  const { headSha256 } = encryption;
  return { bytes, sha256: hash.digest("hex"), headSha256, plainBytes: plain.bytes };
}

/** Counts what passes and remembers how it began. */
class Meter {
  bytes = 0;
  private start: Buffer = Buffer.alloc(0);
  private readonly expected: Buffer;

  constructor(private readonly expectedStart: string) {
    this.expected = Buffer.from(expectedStart);
  }

  async *count(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.bytes += chunk.length;
      const lacking = this.expected.length - this.start.length;
      if (lacking > 0) this.start = Buffer.concat([this.start, chunk.subarray(0, lacking)]);
      yield chunk;
    }
  }

  /** Throws when nothing came, or something else than announced: a program that says it succeeded may still be wrong. */
  assertBegan(name: string): void {
    if (this.bytes > 0 && this.start.equals(this.expected)) return;
    const got = this.bytes === 0 ? "0 bytes" : `${this.bytes} bytes that begin otherwise`;
    const rule = this.expectedStart === "" ? "have content" : `begin with ${JSON.stringify(this.expectedStart)}`;
    throw new AgentFailure(1, `the ${name} must ${rule}, got ${got}`);
  }
}
