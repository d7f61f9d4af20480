// What children take over from parents, option by option. That the engine does the same for whole programs is proven
// in test/engine/preview.test.ts.
import assert from "node:assert/strict";
import { inheritOptions, resolveProvider } from "../../../cli/engine/inheritance.js";

const NOTHING = { protect: undefined, retainOnDelete: undefined, deletedWith: "", provider: "" };
const AWS = "urn:pulumi:dev::shop::pulumi:providers:aws::ireland::an-id";
const PARENT = { protect: true, retainOnDelete: true, deletedWith: "urn:other", provider: AWS };
const BUCKET = { type: "aws:s3/bucket:Bucket", custom: true, remote: false };

describe("inheritOptions", () => {
  it("takes over what is not set", () => {
    assert.deepEqual(inheritOptions(BUCKET, NOTHING, PARENT), PARENT);
  });

  it("keeps what is set, false included", () => {
    const own = { protect: false, retainOnDelete: false, deletedWith: "urn:own", provider: "urn:own::id" };
    assert.deepEqual(inheritOptions(BUCKET, own, PARENT), own);
  });

  it("takes a provider over within its package only", () => {
    const provider = (child: Parameters<typeof inheritOptions>[0]): string =>
      inheritOptions(child, NOTHING, PARENT).provider;
    assert.equal(provider({ ...BUCKET, type: "gcp:storage/bucket:Bucket" }), "");
    assert.equal(provider({ type: "awsx:ec2:Vpc", custom: false, remote: true }), "");
    assert.equal(provider({ type: "my:own:Component", custom: false, remote: false }), AWS);
  });

  it("takes nothing from nobody", () => {
    assert.deepEqual(inheritOptions(BUCKET, NOTHING, undefined), NOTHING);
  });
});

describe("resolveProvider", () => {
  const own = new Map([["aws", "own-map"]]);
  const enclosing = new Map([
    ["aws", "enclosing"],
    ["gcp", "enclosing-gcp"],
  ]);

  it("prefers the resource's own provider, then its map, then the enclosing component's", () => {
    assert.equal(resolveProvider("explicit", own, enclosing, "aws"), "explicit");
    assert.equal(resolveProvider("", own, enclosing, "aws"), "own-map");
    assert.equal(resolveProvider("", own, enclosing, "gcp"), "enclosing-gcp");
    assert.equal(resolveProvider("", own, undefined, "azure"), "");
  });
});
