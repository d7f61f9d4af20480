// The one door: format, lint, types, tests with coverage, docs, package checks. `npm run check -- lint types` runs some.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const steps = {
  format: "prettier --check --log-level warn .",
  build: "npm run --silent build",
  lint: "eslint --max-warnings 0 .",
  types: "tsc -p tsconfig.json",
  tests: "mocha",
  coverage: "node test/model/coverage.mjs",
  docs: "typedoc --emit none",
  unused: "knip --no-progress",
  package: "publint --strict",
  exports: "attw --pack . --profile node16",
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`check: unknown step ${unknown.join(", ")}; one of ${Object.keys(steps).join(", ")}`);
  process.exit(2);
}
const failed = [];
for (const [name, command] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const start = Date.now();
  const { status } = spawnSync(command, {
    cwd: root,
    shell: true,
    stdio: "inherit",
    env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}` },
  });
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(`check: ${name} ${status === 0 ? "passed" : "FAILED"} in ${seconds} s`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  console.error(`check: failed: ${failed.join(", ")}`);
  process.exit(1);
}
