// Our signatures against the stock `minisign`, both ways.
// Does not prove: encrypted secret keys (they are refused, see faults.test.ts).
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parsePublicKey, parseSecretKey, signatureProblem, signMessage } from "../../../agent/crypto/minisign.js";
import { needPrograms, runProgram } from "../../support/programs.js";

describe("minisign signatures", () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  const publicKey = (): string => readFileSync(path("pub"), "utf8").split("\n")[1] ?? "";
  const secretKey = (): string => readFileSync(path("key"), "utf8");

  before(function () {
    folder = mkdtempSync(join(tmpdir(), "minisign-"));
    needPrograms(this, "minisign");
    runProgram("minisign", ["-G", "-W", "-p", path("pub"), "-s", path("key")]);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("of ours are accepted by minisign, with their trusted comment", () => {
    const message = Buffer.from("a manifest\n");
    writeFileSync(path("m"), message);
    writeFileSync(path("m.minisig"), signMessage(message, parseSecretKey(secretKey()), "backup:x ü"));
    assert.match(
      runProgram("minisign", ["-Vm", path("m"), "-P", publicKey()]).toString(),
      /Trusted comment: backup:x ü/,
    );
  });

  it("of minisign are accepted by us", async () => {
    writeFileSync(path("n"), "another");
    runProgram("minisign", ["-Sm", path("n"), "-s", path("key"), "-t", "comment"]);
    const keys = [parsePublicKey(publicKey())];
    assert.equal(
      await signatureProblem(Buffer.from("another"), readFileSync(path("n.minisig"), "utf8"), keys),
      undefined,
    );
  });

  it("do not survive any change of the message, the signature or the trusted comment", async () => {
    const message = Buffer.from("a manifest of some length\n");
    const signature = signMessage(message, parseSecretKey(secretKey()), "comment");
    const keys = [parsePublicKey(publicKey())];
    assert.equal(await signatureProblem(message, signature, keys), undefined);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: message.length * 8 - 1 }), async (bit) => {
        const altered = Buffer.from(message);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.equal(await signatureProblem(altered, signature, keys), "its signature does not fit its content");
      }),
    );
    assert.equal(
      await signatureProblem(message, signature.replace("comment: comment", "comment: Comment"), keys),
      "its signature does not fit its content",
    );
    for (const [line, bytes] of [
      [1, 74],
      [3, 64],
    ] as const) {
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: bytes * 8 - 1 }), async (bit) => {
          const lines = signature.split("\n");
          const altered = Buffer.from(lines[line] ?? "", "base64");
          altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          lines[line] = altered.toString("base64");
          assert.notEqual(await signatureProblem(message, lines.join("\n"), keys), undefined);
        }),
      );
    }
  });

  it("say what is wrong with other files, and never show their content", async () => {
    assert.throws(() => parseSecretKey("untrusted comment: x\nAAAA\n"), { message: "it is not a minisign secret key" });
    assert.throws(() => parsePublicKey("AAAA"), { message: "it is not a minisign public key" });
    assert.equal(await signatureProblem(Buffer.of(), "", []), "its signature file is not minisign's");
  });
});
