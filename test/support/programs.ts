import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, resolve } from "node:path";

const told = new Set<string>();

/** Path of a program: its own if it is absolute, on PATH, or in the folder that `pg_config --bindir` names. */
export function programPath(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), postgresFolder()];
  return folders.map((folder) => resolve(folder, name)).find((path) => existsSync(path));
}

/** Skips the suite or test when a program is missing, with one line; in CI a missing program is a failure. */
export function needPrograms(context: Mocha.Context, ...names: readonly string[]): void {
  const missing = names.filter((name) => programPath(name) === undefined);
  if (missing.length === 0) return;
  skip(context, `${missing.join(", ")} not on PATH`);
}

/** Skips with one line that says why; in CI that is a failure. */
export function skip(context: Mocha.Context, reason: string): void {
  if (process.env["CI"] === "true") throw new Error(`tests must not be skipped in CI: ${reason}`);
  if (!told.has(reason)) console.log(`    skipped: ${reason}`);
  told.add(reason);
  context.skip();
}

/** Runs a program, with input if given; returns what it printed. Throws when it fails. */
export function runProgram(name: string, args: readonly string[], input?: Buffer | string): Buffer {
  return execFileSync(programPath(name) ?? name, args, { input, stdio: ["pipe", "pipe", "pipe"], maxBuffer: 2 ** 30 });
}

let bindir: string | undefined;

function postgresFolder(): string {
  bindir ??= spawnSync("sh", ["-c", "pg_config --bindir 2>/dev/null || true"], { encoding: "utf8" }).stdout.trim();
  return bindir;
}
