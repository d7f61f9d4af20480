import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

let known: string | undefined;

/** Stands for this boot of this machine and this set of process numbers: elsewhere the same number is another process. */
export function machine(): string {
  known ??= createHash("sha256")
    .update([hostname(), bootId(), processNamespace()].join("\n"))
    .digest("hex")
    .slice(0, 12);
  return known;
}

/** Whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/**
 * When a process began, in ticks since the machine did: with its number it names one process only. Undefined where it has
 * ended, or where the system does not tell.
 */
export function startOf(pid: number): string | undefined {
  try {
    // The name of the program, in parentheses, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)?.split(" ") ?? [];
    return /[ZX]/.test(fields[stateField] ?? "") ? undefined : fields[startField];
  } catch {
    return undefined;
  }
}

/** Places of `state` and `starttime` behind the name in `/proc/<pid>/stat` (proc(5)). */
const stateField = 0;
const startField = 19;

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
