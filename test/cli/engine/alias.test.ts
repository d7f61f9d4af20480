// The rules by which aliases become URNs, one by one. Which of them the engine would find in a state is not proven.
import assert from "node:assert/strict";
import { aliasUrns } from "../../../cli/engine/alias.js";

const SCOPE = { stack: "dev", project: "shop" };
const PREFIX = "urn:pulumi:dev::shop::";
const STACK = `${PREFIX}pulumi:pulumi:Stack::shop-dev`;
const PARENT = `${PREFIX}a:b:Parent::web`;
const CHILD = { type: "c:d:Child", name: "web-data", parent: PARENT };

describe("aliasUrns", () => {
  const cases: readonly (readonly [string, Parameters<typeof aliasUrns>[2], readonly string[], readonly string[]])[] = [
    ["takes a whole URN as it is", [{ urn: "urn:pulumi:x::y::z::n" }], [], ["urn:pulumi:x::y::z::n"]],
    ["keeps the parent for another name", [{ name: "old" }], [], [`${PREFIX}a:b:Parent$c:d:Child::old`]],
    ["keeps the name for another type", [{ type: "e:f:Old" }], [], [`${PREFIX}a:b:Parent$e:f:Old::web-data`]],
    ["drops the parent", [{ noParent: true }], [], [`${PREFIX}c:d:Child::web-data`]],
    ["takes the stack as no parent", [{ parent: STACK }], [], [`${PREFIX}c:d:Child::web-data`]],
    ["takes another parent", [{ parent: `${PREFIX}g:h:Other::o` }], [], [`${PREFIX}g:h:Other$c:d:Child::web-data`]],
    [
      "takes another stack and project",
      [{ stack: "old", project: "former" }],
      [],
      ["urn:pulumi:old::former::a:b:Parent$c:d:Child::web-data"],
    ],
    ["leaves out the URN that the resource has", [{ name: "web-data" }], [], []],
    [
      "follows the parent's alias, in the name too",
      [],
      [`${PREFIX}a:b:Former::site`],
      [`${PREFIX}a:b:Former$c:d:Child::site-data`],
    ],
    [
      "combines its own aliases with the parent's",
      [{ type: "e:f:Old" }],
      [`${PREFIX}a:b:Former::web`],
      [
        `${PREFIX}a:b:Parent$e:f:Old::web-data`,
        `${PREFIX}a:b:Former$c:d:Child::web-data`,
        `${PREFIX}a:b:Former$e:f:Old::web-data`,
      ],
    ],
  ];
  for (const [rule, specs, parentAliases, expected] of cases) {
    it(rule, () => {
      assert.deepEqual(aliasUrns(SCOPE, CHILD, specs, parentAliases), expected);
    });
  }

  it("leaves a child's name that does not begin with the parent's", () => {
    const child = { ...CHILD, name: "data" };
    const former = `${PREFIX}a:b:Former::site`;
    assert.deepEqual(aliasUrns(SCOPE, child, [], [former]), [`${PREFIX}a:b:Former$c:d:Child::data`]);
  });
});
