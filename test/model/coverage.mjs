// Measures that the tests of the model run every line and branch of it: `node test/model/coverage.mjs`.
// The code is compiled by tsc first, because tsx adds helpers of its own to every file, whose branches count as missed.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), "model-coverage-"));
try {
  const tests = readdirSync(join(root, "test", "model")).filter((name) => name.endsWith(".test.ts"));
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  const compile = ["tsc", "--ignoreConfig", "--outDir", folder, "--rootDir", root, "--sourceMap", "--skipLibCheck"];
  const language = ["--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--lib", "es2023"];
  const modules = ["--module", "node16", "--moduleResolution", "node16", "--types", "node,mocha"];
  run(root, [...compile, ...language, ...modules, ...tests.map((name) => join(root, "test", "model", name))]);
  const measure = ["c8", "--100", "--allowExternal", "--exclude-after-remap=false", "--reporter", "text"];
  const files = ["--include", "**/components/model/**", "--exclude", "**/index.*", "--temp-directory", "coverage"];
  const mocha = [
    process.execPath,
    join(root, "node_modules", ".bin", "mocha"),
    "--no-config",
    "--timeout",
    "60000",
    "--reporter",
    "dot",
    "test/model/**/*.test.js",
  ];
  run(folder, [...measure, ...files, ...mocha]);
} finally {
  rmSync(folder, { recursive: true });
}

function run(cwd, [program, ...args]) {
  const { status } = spawnSync(process.execPath, [join(root, "node_modules", ".bin", program), ...args], {
    cwd,
    stdio: "inherit",
  });
  if (status !== 0) {
    process.exitCode = status ?? 1;
  }
}
