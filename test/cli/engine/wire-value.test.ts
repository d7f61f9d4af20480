// How values of the protocol print and travel through transforms; checked for made-up values of any depth.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  dependenciesOf,
  fromOutputValues,
  printable,
  secretTextsOf,
  secretValue,
  toOutputValues,
  UNKNOWN,
  withDependencies,
  withoutSecretMarks,
  type WireValue,
} from "../../../cli/engine/wire-value.js";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const HIDDEN = "hidden-text";

/** Values with secrets and unknowns at any depth. */
const wireValue = fc.letrec<{ value: WireValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<WireValue>(null, true, 0, -1.5, "", "text", UNKNOWN),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "value", "secret"), tie("value"), { maxKeys: 3 }),
    fc.constant(secretValue({ deep: [HIDDEN] })),
  ),
})).value;

describe("values of the protocol", () => {
  it("never print a secret or a marker", () => {
    fc.assert(
      fc.property(wireValue, (value) => {
        const text = JSON.stringify(printable(value));
        assert.ok(!text.includes(HIDDEN) && !text.includes(UNKNOWN) && !text.includes(SIGNATURE), text);
      }),
    );
  });

  it("come back from output values as they were", () => {
    fc.assert(
      fc.property(wireValue, (value) => {
        assert.deepEqual(printable(fromOutputValues(toOutputValues(value))), printable(value));
      }),
    );
  });

  it("carry dependencies without changing", () => {
    fc.assert(
      fc.property(wireValue, fc.uniqueArray(fc.constantFrom("urn:1", "urn:2", "urn:3")), (value, urns) => {
        const carrying = withDependencies(toOutputValues(value), urns);
        assert.deepEqual([...new Set(dependenciesOf(carrying))].sort(), [...urns].sort());
        assert.deepEqual(printable(carrying), printable(toOutputValues(value)));
      }),
    );
  });

  it("print what they stand for", () => {
    assert.equal(printable(UNKNOWN), "[unknown]");
    assert.equal(printable(`prefix-${UNKNOWN.toUpperCase()}`), "[unknown]");
    assert.equal(printable(secretValue(3)), "[secret]");
    const output = (rest: Readonly<Record<string, WireValue>>): WireValue => ({
      [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
      ...rest,
    });
    assert.equal(printable(output({})), "[unknown]");
    assert.equal(printable(output({ value: 1, secret: true })), "[secret]");
    assert.deepEqual(printable(output({ value: { a: UNKNOWN } })), { a: "[unknown]" });
    assert.equal(printable({ [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id: "y" }), "urn:x");
    assert.deepEqual(printable({ [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", path: "p" }), {
      "[asset]": { path: "p" },
    });
  });

  it("give up their secrets to redaction and to policies only", () => {
    const value = { a: [secretValue({ b: HIDDEN })], c: "open" };
    assert.deepEqual(secretTextsOf(value), [HIDDEN]);
    assert.deepEqual(withoutSecretMarks(value), { a: [{ b: HIDDEN }], c: "open" });
  });
});
