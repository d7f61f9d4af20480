// Frames of zstd and members of gzip: whatever the stock programs write is read, and they read what is written. zstd is
// written by a newer Node.js than the oldest that the agent runs under; zstd.test.ts has that.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import * as fc from "fast-check";
import { compress, decompress } from "../../agent/compression.js";
import { pieceBytes } from "../../agent/pieces.js";
import { CutAtFrames } from "../../agent/zstd-frames.js";
import { needPrograms, runProgram } from "../support/programs.js";

/** Cuts bytes at these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((one, other) => one - other);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

async function throughCuts(chunks: readonly Buffer[]): Promise<Buffer[]> {
  return (await Readable.from(chunks).pipe(new CutAtFrames()).toArray()) as Buffer[];
}

const places = fc.array(fc.nat(), { maxLength: 30 });

describe("zstd frames", function () {
  before(function () {
    needPrograms(this, "zstd");
  });

  const noise = randomBytes(300_000);
  const contents = [
    Buffer.alloc(0),
    Buffer.from("short"),
    // One byte over and over, what does not compress, and more than one block of each.
    Buffer.alloc(400_000, "a"),
    noise,
    Buffer.concat([noise, Buffer.alloc(200_000), Buffer.from("numbers ".repeat(40_000))]),
  ];
  const options = [["-1"], ["--no-check"], ["-19"], ["--no-content-size"], ["-3", "--long=27"], ["--fast=5"]];

  it("are cut where each ends, whatever wrote them and however they come", () => {
    const known = contents.flatMap((plain) => options.map((each) => runProgram("zstd", ["-c", "-q", ...each], plain)));
    const skippable = Buffer.concat([Buffer.from("5c2a4d1803000000", "hex"), Buffer.from("abc")]);
    known.push(skippable, Buffer.from("502a4d1800000000", "hex"));
    return fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...known), { maxLength: 8 }), places, async (frames, at) => {
        const file = Buffer.concat(frames);
        const cuts = await throughCuts(cut(file, at));
        assert.ok(Buffer.concat(cuts).equals(file));
        let end = 0;
        const cutAt = new Set(cuts.map(({ length }) => (end += length)));
        end = 0;
        for (const frame of frames) assert.ok(cutAt.has((end += frame.length)), `no cut at ${String(end)}`);
      }),
      { numRuns: 60 },
    );
  });

  it("pass as they are when they are none, or cut off", () => {
    const frame = runProgram("zstd", ["-c", "-q"], noise.subarray(0, 1000));
    return fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), places, async (bytes, at) => {
        const file = Buffer.from(bytes);
        assert.ok(Buffer.concat(await throughCuts(cut(file, at))).equals(file));
        const part = frame.subarray(0, bytes.length);
        assert.ok(Buffer.concat(await throughCuts(cut(part, at))).equals(part));
      }),
      { numRuns: 60 },
    );
  });
});

describe("gzip members", () => {
  const plain = Buffer.concat([randomBytes(pieceBytes + 5), Buffer.alloc(3 * pieceBytes, "some text, ")]);

  it("are read by the stock program, and here however they come", async function () {
    needPrograms(this, "gzip");
    const members = await buffer(Readable.from(compress("gzip", Readable.from(cut(plain, [1000, 70_000])))));
    assert.ok(runProgram("gzip", ["-dc"], members).equals(plain));
    for (const step of [1 << 16, 1 << 20, members.length]) {
      const chunks = Array.from({ length: Math.ceil(members.length / step) }, (_each, index) =>
        members.subarray(index * step, (index + 1) * step),
      );
      const [first, ...more] = decompress("gzip");
      assert.deepEqual(more, []);
      assert.ok((await buffer(Readable.from(chunks).pipe(first!))).equals(plain));
    }
  });
});
