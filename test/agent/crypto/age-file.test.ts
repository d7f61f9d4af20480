// Our age files against the stock `age`, both ways, at every length around a chunk's border.
// Does not prove: that the `age-encryption` package makes sound headers; the stock program only reads them.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { AgeDecryption, encryptionTo, recipientProblems, sealText } from "../../../agent/crypto/age-file.js";
import { needPrograms, runProgram } from "../../support/programs.js";

const chunk = 64 * 1024;
const lengths = [
  0,
  1,
  15,
  16,
  17,
  chunk - 1,
  chunk,
  chunk + 1,
  2 * chunk - 1,
  2 * chunk,
  2 * chunk + 1,
  5 * chunk + 77,
];

describe("age file", () => {
  let folder: string;
  let recipients: string[];
  let identities: string[];

  before(function () {
    folder = mkdtempSync(join(tmpdir(), "age-file-"));
    needPrograms(this, "age", "age-keygen");
    const files = [join(folder, "one"), join(folder, "two")];
    for (const file of files) runProgram("age-keygen", ["-o", file]);
    recipients = files.map((file) => runProgram("age-keygen", ["-y", file]).toString().trim());
    identities = files.map(
      (file) =>
        readFileSync(file, "utf8")
          .split("\n")
          .find((line) => line.startsWith("AGE-")) ?? "",
    );
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function encrypt(plain: Buffer, piece = 10_000): Promise<Buffer> {
    const encryption = await encryptionTo(recipients);
    return buffer(Readable.from(pieces(plain, piece)).pipe(encryption));
  }

  function decrypt(sealed: Buffer, piece = 10_000): Promise<Buffer> {
    const decryption = new AgeDecryption(identities.slice(1));
    const source = Readable.from(pieces(sealed, piece));
    source.pipe(decryption);
    return buffer(decryption);
  }

  for (const length of lengths) {
    it(`of ${String(length)} bytes is read by age for each recipient, and age's by us`, async () => {
      const plain = Buffer.alloc(length, "abcdefg");
      const sealed = await encrypt(plain);
      for (const name of ["one", "two"]) {
        assert.ok(runProgram("age", ["-d", "-i", join(folder, name)], sealed).equals(plain));
      }
      assert.ok(
        (
          await decrypt(
            runProgram(
              "age",
              recipients.flatMap((each) => ["-r", each]),
              plain,
            ),
          )
        ).equals(plain),
      );
    });
  }

  it("does not depend on how the bytes come", async () => {
    const plain = Buffer.alloc(3 * chunk + 5, "0123456789");
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 997, max: 200_000 }),
        fc.integer({ min: 499, max: 200_000 }),
        async (one, other) => {
          assert.ok((await decrypt(await encrypt(plain, one), other)).equals(plain));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("is refused when a bit is altered, when its end is missing, or when something follows", async () => {
    const sealed = await encrypt(Buffer.alloc(2 * chunk + 100, "x"));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: sealed.length - 1 }), fc.nat({ max: 7 }), async (place, bit) => {
        const altered = Buffer.from(sealed);
        altered[place] = (altered[place] ?? 0) ^ (1 << bit);
        await assert.rejects(decrypt(altered));
      }),
      { numRuns: 100 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: sealed.length - 1 }), async (length) => {
        await assert.rejects(decrypt(sealed.subarray(0, length)));
      }),
      { numRuns: 50 },
    );
    const headAndChunks = sealed.length - 100 - 16;
    await assert.rejects(decrypt(sealed.subarray(0, headAndChunks)), /altered or cut off/);
    await assert.rejects(decrypt(Buffer.concat([sealed, Buffer.from("x")])), /altered or cut off/);
  });

  it("seals short texts for age", async () => {
    const file = join(folder, "sealed");
    writeFileSync(file, Buffer.from(await sealText("hello", recipients), "base64"));
    assert.equal(runProgram("age", ["-d", "-i", join(folder, "one"), file]).toString(), "hello");
  });

  it("names recipients that are none", async () => {
    assert.deepEqual([...(await recipientProblems([...recipients, "age1nonsense"])).keys()], [2]);
  });
});

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
