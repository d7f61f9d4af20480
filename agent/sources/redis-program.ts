import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Name of one of the programs of Redis, or of Valkey where only those are on PATH. */
export function redisProgram(tool: "cli" | "check-rdb" | "server"): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const names = [`redis-${tool}`, `valkey-${tool}`];
  return names.find((name) => folders.some((folder) => existsSync(join(folder, name)))) ?? `redis-${tool}`;
}
