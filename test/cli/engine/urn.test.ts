// URNs are made and taken apart. That Pulumi makes the same ones is proven in test/engine/preview.test.ts.
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { isProviderType, makeUrn, packageOf, parseUrn, urnOfProviderReference } from "../../../cli/engine/urn.js";

const SCOPE = { stack: "dev", project: "shop" };
const STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";

const word = fc.stringMatching(/^[a-zA-Z][\w.-]{0,12}$/);
const type = fc.tuple(word, word, word).map((parts) => parts.join(":"));

describe("URNs", () => {
  it("name the types of all ancestors but the stack", () => {
    const outer = makeUrn(SCOPE, STACK, "a:b:Outer", "outer");
    assert.equal(outer, "urn:pulumi:dev::shop::a:b:Outer::outer");
    assert.equal(makeUrn(SCOPE, outer, "c:d:Inner", "in::ner"), "urn:pulumi:dev::shop::a:b:Outer$c:d:Inner::in::ner");
    assert.equal(
      makeUrn(SCOPE, "", "pulumi:providers:aws", "default"),
      "urn:pulumi:dev::shop::pulumi:providers:aws::default",
    );
  });

  it("come apart into what they were made of, whatever the name", () => {
    fc.assert(
      fc.property(type, type, fc.string({ minLength: 1 }), (outerType, innerType, name) => {
        const outer = makeUrn(SCOPE, STACK, outerType, "outer");
        const parts = parseUrn(makeUrn(SCOPE, outer, innerType, name));
        assert.deepEqual(parts, { ...SCOPE, qualifiedType: `${outerType}$${innerType}`, type: innerType, name });
      }),
    );
  });

  it("say the package of a type and the provider of a reference", () => {
    assert.equal(packageOf("aws:s3/bucket:Bucket"), "aws");
    assert.equal(urnOfProviderReference(`${STACK}::some-id`), STACK);
    assert.ok(isProviderType("pulumi:providers:aws"));
    assert.ok(!isProviderType("pulumi:pulumi:Stack"));
  });
});
