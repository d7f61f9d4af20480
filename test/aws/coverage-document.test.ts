// That docs/coverage.md has every row, and that each rule and file which it names exists. Does not prove that a rule is
// right: each has its own test.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");
const components = join(root, "components/aws");

describe("docs/coverage.md", () => {
  const text = readFileSync(join(root, "docs/coverage.md"), "utf8");
  const [, checks = "", traps = ""] = text.split(/^## /m);
  const numbers = (section: string) => [...section.matchAll(/^\| (\d+) +\|/gm)].map(([, number]) => Number(number));

  it("has all 44 checks and all 15 traps", () => {
    assert.deepEqual(
      [numbers(checks), numbers(traps)],
      [Array.from({ length: 44 }, (_, index) => index + 1), Array.from({ length: 15 }, (_, index) => index + 1)],
    );
  });

  it("names only rules and files that exist", () => {
    const source = readdirSync(components)
      .map((file) => readFileSync(join(components, file), "utf8"))
      .join("\n");
    const named = [...`${checks}${traps}`.matchAll(/`([a-z0-9]+(?:-[a-z0-9]+)+)(\.ts)?`/g)];
    const missing = named.flatMap(([, name = "", extension]) =>
      (extension === undefined ? source.includes(`"${name}"`) : existsSync(join(components, `${name}.ts`)))
        ? []
        : [name],
    );
    assert.ok(named.length > 80, String(named.length));
    assert.deepEqual(missing, []);
  });
});
