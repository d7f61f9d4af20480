// Shapes of results, read from declarations of the installed provider packages.
import assert from "node:assert/strict";
import { DeclaredShapes, SHAPELESS, shapeOfInterface } from "../../../cli/engine/declared-shape.js";
import { UNKNOWN } from "../../../cli/engine/wire-value.js";

describe("declared shapes", () => {
  it("have every property, with one element in lists", () => {
    const text = [
      "/** A collection. */",
      "export interface GetThingResult {",
      "    /**",
      "     * readonly decoy: string;",
      "     */",
      "    readonly name: string;",
      "    readonly ids?: string[];",
      "    readonly filters?: outputs.ec2.GetFilter[];",
      "}",
      "export interface Other { readonly not: string; }",
    ].join("\n");
    assert.deepEqual(shapeOfInterface(text, "getThing"), { name: UNKNOWN, ids: [UNKNOWN], filters: [UNKNOWN] });
    assert.deepEqual(shapeOfInterface(text, "getNothing"), {});
  });

  it("are found for functions of installed packages, in modules and at the top", () => {
    const shapes = new DeclaredShapes(__dirname);
    assert.deepEqual(shapes.resultOf("aws:index/getAvailabilityZones:getAvailabilityZones")["names"], [UNKNOWN]);
    assert.equal(shapes.resultOf("aws:ec2/getAmi:getAmi")["imageId"], UNKNOWN);
  });

  it("are unknown as a whole where nothing is declared", () => {
    const shapes = new DeclaredShapes(__dirname);
    for (const token of ["nobody:index:getIt", "aws:index/getNothing:getNothing", "aws:../../../x:y", "odd"]) {
      assert.deepEqual(shapes.resultOf(token), SHAPELESS, token);
    }
  });
});
