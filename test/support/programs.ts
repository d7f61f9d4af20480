import { spawnSync } from "node:child_process";
import type { Context } from "mocha";

const said = new Set<string>();

/**
 * Whether a program is on PATH. A missing one skips the test and is said once, on one line; in CI it fails the test,
 * because a run that skipped something is no proof.
 */
export function needs(test: Context, program: string): true {
  if (spawnSync("sh", ["-c", `command -v "$1"`, "sh", program]).status === 0) return true;
  if (process.env["CI"] === "true") throw new Error(`${program} is not installed: CI skips nothing`);
  if (!said.has(program)) console.log(`    skipped what needs ${program}: it is not on PATH`);
  said.add(program);
  return test.skip();
}
