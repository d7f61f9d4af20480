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

  it("have one length but the last, and lie in few buffers", async () => {
    const buffers = new Set<ArrayBufferLike>();
    const lengths: number[] = [];
    for await (const piece of inPieces(Readable.from(chunksOf([pieceBytes + 1, pieceBytes * 3, 5])))) {
      buffers.add(piece.buffer);
      lengths.push(piece.length);
    }
    assert.deepEqual(lengths, [pieceBytes, pieceBytes, pieceBytes, pieceBytes, 6]);
    assert.equal(buffers.size, 3);
  });

  it("stay as they are until the next is asked for, while others fill", async () => {
    let reached = 0;
    const source = Readable.from(
      (function* () {
        for (let fill = 1; fill <= 7; fill++) {
          reached = fill;
          yield Buffer.alloc(pieceBytes, fill);
        }
      })(),
      { highWaterMark: 1 },
    );
    let expected = 0;
    for await (const piece of inPieces(source)) {
      expected += 1;
      for (let turn = 0; turn < 10; turn++) await new Promise((done) => setImmediate(done));
      assert.ok(reached > expected || reached === 7, "nothing fills while a piece is worked on");
      assert.ok(piece.every((byte) => byte === expected));
    }
    assert.equal(expected, 7);
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
