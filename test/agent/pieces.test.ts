// Joining chunks into pieces: nothing is lost, doubled or overwritten while a compressor still reads it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { inPieces, pieceBytes } from "../../agent/pieces.js";

const random = randomBytes(4 * pieceBytes);

/** Chunks of these lengths, one after the other from random bytes. */
function chunksOf(lengths: readonly number[]): Buffer[] {
  let offset = 0;
  return lengths.map((length) => {
    offset = offset + length > random.length ? 0 : offset;
    return random.subarray(offset, (offset += length));
  });
}

describe("pieces of a stream", () => {
  it("hold every byte once and in order, whatever its chunks, when a compressor takes them", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 3 * pieceBytes })), {
          maxLength: 12,
        }),
        async (lengths) => {
          const chunks = chunksOf(lengths);
          const zipped: Buffer[] = [];
          await pipeline(
            Readable.from(chunks),
            inPieces,
            createGzip({ level: 1 }),
            async (out: AsyncIterable<Buffer>) => {
              for await (const chunk of out) zipped.push(chunk);
            },
          );
          assert.ok(gunzipSync(Buffer.concat(zipped)).equals(Buffer.concat(chunks)));
        },
      ),
      { numRuns: 40 },
    ));

  it("have one length but the last, and lie in two buffers", async () => {
    const buffers = new Set<ArrayBufferLike>();
    const lengths: number[] = [];
    for await (const piece of inPieces(Readable.from(chunksOf([pieceBytes + 1, pieceBytes * 3, 5])))) {
      buffers.add(piece.buffer);
      lengths.push(piece.length);
    }
    assert.deepEqual(lengths, [pieceBytes, pieceBytes, pieceBytes, pieceBytes, 6]);
    assert.equal(buffers.size, 2);
  });

  it("stay as they are until the next is asked for, while that one fills", async () => {
    const reached: string[] = [];
    const source = Readable.from(
      (function* () {
        for (const fill of [1, 2, 3]) {
          reached.push(`chunk ${String(fill)}`);
          yield Buffer.alloc(pieceBytes, fill);
        }
      })(),
      { highWaterMark: 1 },
    );
    const pieces = inPieces(source);
    const first = (await pieces.next()).value as Buffer;
    await new Promise((done) => setImmediate(done));
    assert.ok(reached.includes("chunk 2"));
    assert.ok(first.every((byte) => byte === 1));
    const second = (await pieces.next()).value as Buffer;
    await new Promise((done) => setImmediate(done));
    assert.ok(second.every((byte) => byte === 2));
  });

  it("end with the error of their source, and end it when the stage behind fails", async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.alloc(10);
        throw new Error("the source broke");
      })(),
    );
    const refusing = new Writable({
      write: (_chunk, _encoding, done) => {
        done(new Error("the sink refused"));
      },
    });
    const sink = new Writable({
      write: (_chunk, _encoding, done) => {
        done();
      },
    });
    await assert.rejects(pipeline(broken, inPieces, sink), /the source broke/);
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(300_000);
      })(),
    );
    await assert.rejects(pipeline(endless, inPieces, refusing), /the sink refused/);
    assert.ok(endless.destroyed);
  });
});
