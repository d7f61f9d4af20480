// Parts of an upload: their buffers take turns, and none changes before its part has arrived. Does not prove what servers make of the parts.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { PartWriter } from "../../../agent/stores/part-writer.js";
import { partSize } from "../../../agent/stores/part-size.js";
import { ServerClock } from "../../../agent/stores/server-clock.js";
import { turns } from "../support/turns.js";

describe("parts of an upload", () => {
  it("arrive as they were written however slow the network is, in three buffers at most", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 2 * partSize(1) }), { minLength: 4, maxLength: 12 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 12 }),
        async (lengths, pauses) => {
          const arrived: Buffer[] = [];
          const buffers = new Set<ArrayBufferLike>();
          const keep = async (index: number, body: Buffer): Promise<void> => {
            buffers.add(body.buffer);
            await turns(pauses[index % pauses.length] ?? 0);
            arrived[index] = createHash("sha256").update(body).digest();
          };
          const writer = new PartWriter(
            () => ({
              putWhole: (body) => keep(0, body),
              begin: () => turns(1),
              sendPart: (number, body) => keep(number - 1, body),
              complete: () => turns(1),
              discard: () => turns(1),
            }),
            new ServerClock(),
          );
          const whole = Buffer.concat(
            lengths.map((length, index) => Buffer.alloc(length, `${String(index)} of these `)),
          );
          let written = 0;
          for (const length of lengths) await writer.write(whole.subarray(written, (written += length)));
          await writer.commit();
          const expected: Buffer[] = [];
          for (let from = 0; from < whole.length; from += partSize(1))
            expected.push(
              createHash("sha256")
                .update(whole.subarray(from, from + partSize(1)))
                .digest(),
            );
          assert.deepEqual(arrived, expected);
          assert.ok(buffers.size <= 3, `${String(buffers.size)} buffers`);
        },
      ),
      { numRuns: 20 },
    ));
});
