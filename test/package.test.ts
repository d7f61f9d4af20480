// The built package: what its public types mention, and what its entries load. Does not prove that npm packs the files:
// publint and attw do.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(__dirname, "..");
const { exports: entries } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, string | { types: string; default: string }>;
};
const modules = Object.values(entries).flatMap((entry) => (typeof entry === "string" ? [] : [entry]));

/** Packages that a declaration file and all that it reaches import. */
function packagesOf(file: string, seen = new Map<string, string[]>()): Map<string, string[]> {
  if (seen.has(file)) return seen;
  const targets = [
    ...readFileSync(file, "utf8").matchAll(/^(?:import|export|\}).*from "([^"]+)"|import\("([^"]+)"\)/gm),
  ].map((match) => match[1] ?? match[2] ?? "");
  seen.set(
    file,
    targets.filter((target) => !target.startsWith(".")),
  );
  for (const target of targets.filter((name) => name.startsWith(".")))
    packagesOf(join(dirname(file), target.replace(/\.js$/, ".d.ts")), seen);
  return seen;
}

describe("the package", () => {
  it("mentions no provider in its public types: every user would pay for checking them", () => {
    const mentions = modules
      .filter(({ types }) => !types.includes("policies"))
      .flatMap(({ types }) =>
        [...packagesOf(join(root, types))].flatMap(([file, packages]) =>
          packages
            .filter((name) => !/^(@pulumi\/pulumi|node:)/.test(name))
            .map((name) => `${relative(root, file)} imports ${name}`),
        ),
      );
    assert.deepEqual([...new Set(mentions)], []);
  });

  it("loads no provider with the strategy", () => {
    const script = `require(${JSON.stringify(join(root, "dist/components/index.js"))}); console.log(Object.keys(require.cache).filter((file) => /@pulumi.(aws|gcp|azure-native|kubernetes)/.test(file)).length)`;
    assert.equal(execFileSync(process.execPath, ["-e", script]).toString().trim(), "0");
  });
});
