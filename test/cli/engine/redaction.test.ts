// Texts that are kept out of what is printed. Not proven: secrets that a program changes before it prints them.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Redaction } from "../../../cli/engine/redaction.js";

describe("Redaction", () => {
  it("takes configured secrets out of every text, wherever they stand", () => {
    const secret = fc.stringMatching(/^[a-zA-Z0-9!#$%&()*+./:;<=>?@^_{|}~-]{3,40}$/);
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, before, after) => {
        fc.pre(!"[secret]".includes(hidden));
        const text = new Redaction([hidden]).text(`${before}${hidden}${after}`);
        assert.ok(!text.includes(hidden), text);
      }),
    );
  });

  it("knows base64, JSON text and single lines of a longer secret", () => {
    const key = '-----BEGIN KEY-----\nabcdef"ghijkl\n-----END KEY-----';
    const redaction = new Redaction([key]);
    assert.equal(redaction.text(Buffer.from(key).toString("base64")), "[secret]");
    assert.equal(redaction.text(JSON.stringify({ key })), '{"key":"[secret]"}');
    assert.equal(redaction.text('line: abcdef"ghijkl'), "line: [secret]");
  });

  it("takes texts that the program marked out of free text only, and no short ones", () => {
    const redaction = new Redaction([]);
    redaction.addSeen(["marked-by-the-program", "short"]);
    assert.equal(redaction.text("marked-by-the-program and short"), "[secret] and short");
    assert.equal(redaction.value("marked-by-the-program"), "marked-by-the-program");
  });

  it("works at any depth of a value", () => {
    const redaction = new Redaction(["pass-phrase"]);
    assert.deepEqual(redaction.map({ a: [{ b: "with pass-phrase inside" }], n: 1, z: null }), {
      a: [{ b: "with [secret] inside" }],
      n: 1,
      z: null,
    });
  });
});
