import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

const leftoverPattern = /\.part-([0-9a-f]{12})-(\d+)-[0-9a-f]{16}$/;
/** Age after which an unfinished file is a leftover whoever wrote it; no run may take this long. */
const longestRunMilliseconds = 24 * 60 * 60 * 1000;

/** Name for a file that is still being written; it says which process on which machine writes it. */
export function unfinishedName(path: string): string {
  return `${path}.part-${machine()}-${process.pid}-${randomBytes(8).toString("hex")}`;
}

/** Whether a name is one of an unfinished file. */
export function isUnfinished(name: string): boolean {
  return leftoverPattern.test(name);
}

/** Whether an unfinished file was left by a process that is surely gone, or is too old to be written still. */
export function isLeftover(name: string, modified: Date, now: Date): boolean {
  const [, writtenOn, pid] = leftoverPattern.exec(name) ?? [];
  if (pid === undefined) return false;
  if (now.getTime() - modified.getTime() > longestRunMilliseconds) return true;
  return writtenOn === machine() && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

let known: string | undefined;

/** Stands for this boot of this machine and this set of process numbers: elsewhere the same number is another process. */
function machine(): string {
  known ??= createHash("sha256")
    .update([hostname(), bootId(), processNamespace()].join("\n"))
    .digest("hex")
    .slice(0, 12);
  return known;
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
  } catch {
    return "";
  }
}

function processNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
