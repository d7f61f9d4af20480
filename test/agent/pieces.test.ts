// Joining chunks into pieces that are worked on side by side: nothing is lost, doubled, put in another order, or overwritten
// while somebody still works on it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as fc from "fast-check";
import { inPieces, pieceBytes } from "../../agent/pieces.js";
import { turns } from "./support/turns.js";

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
  it("hold every byte once and in order, whatever its chunks, however long each is worked on", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 3 * pieceBytes })), {
          maxLength: 12,
        }),
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 9 }),
        async (lengths, pauses) => {
          const chunks = chunksOf(lengths);
          let begun = 0;
          const copy = async (piece: Buffer): Promise<Buffer> => {
            await turns(pauses[begun++ % pauses.length] ?? 0);
            return Buffer.from(piece);
          };
          const copies: Buffer[] = [];
          for await (const piece of inPieces(Readable.from(chunks), copy)) copies.push(piece);
          assert.ok(Buffer.concat(copies).equals(Buffer.concat(chunks)));
          assert.ok(copies.slice(0, -1).every(({ length }) => length === pieceBytes));
        },
      ),
      { numRuns: 40 },
    ));

  it("lie in four buffers, three of which are worked on while the last one fills", async () => {
    const buffers = new Set<ArrayBufferLike>();
    const waiting: (() => void)[] = [];
    const work = async (piece: Buffer): Promise<Buffer> => {
      buffers.add(piece.buffer);
      await new Promise<void>((go) => waiting.push(go));
      return Buffer.from(piece.subarray(0, 1));
    };
    let given = 0;
    const source = async function* (): AsyncGenerator<Buffer> {
      for (let fill = 1; fill <= 9; fill++) {
        given = fill;
        yield Buffer.alloc(pieceBytes, fill);
        await turns(1);
      }
    };
    const made: number[] = [];
    const all = (async () => {
      for await (const [first] of inPieces(source(), work)) made.push(first!);
    })();
    await turns(30);
    assert.deepEqual([given, waiting.length], [4, 4]);
    // Whoever is ready first waits for the one before.
    waiting[1]!();
    await turns(30);
    assert.deepEqual([made, waiting.length], [[], 4]);
    for (let next = 0; next < 9; next++) {
      waiting[next]!();
      await turns(30);
    }
    await all;
    assert.deepEqual(made, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(buffers.size, 4);
  });

  it("end with the error of their source or their worker, and end the source when the stage behind fails", async () => {
    const same = (piece: Buffer): Promise<Buffer> => Promise.resolve(Buffer.from(piece));
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
    await assert.rejects(
      pipeline(broken, (chunks) => inPieces(chunks, same), sink),
      /the source broke/,
    );
    const endless = (): Readable =>
      Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(300_000);
        })(),
      );
    for (const [work, to, reason] of [
      [same, refusing, /the sink refused/],
      [() => Promise.reject(new Error("the worker gave up")), sink, /the worker gave up/],
    ] as const) {
      const source = endless();
      await assert.rejects(
        pipeline(source, (chunks: AsyncIterable<Buffer>) => inPieces(chunks, work), to),
        reason,
      );
      assert.ok(source.destroyed);
    }
  });
});
