// Builds dist/: the compiled library, CLI and policies (tsc), and the agent bundles (esbuild).
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

/** @param {string[]} args */
function node(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

// tsc trusts its build info: without the output beside it, it would emit nothing.
if (!existsSync(join(root, "dist/components/index.js"))) rmSync(join(root, "dist"), { recursive: true, force: true });
node(require.resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json");
node("scripts/bundle-agent.mjs");
chmodSync(join(root, "dist/cli/main.js"), 0o755);
