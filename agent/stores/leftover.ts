import { randomBytes } from "node:crypto";
import { isAlive, machine } from "../machine.js";

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
