import { spawnSync } from "node:child_process";
import type { Context } from "mocha";

/** Skips, with one line, what needs a kind that the cluster does not know; in CI it fails. */
export function needsCrd(test: Context, name: string): void {
  if (spawnSync("kubectl", ["get", "crd", name]).status === 0) return;
  if (process.env["CI"] === "true") throw new Error(`the cluster has no ${name}: CI skips nothing`);
  console.log(`    skipped what needs the kind ${name}: the cluster does not know it`);
  test.skip();
}
