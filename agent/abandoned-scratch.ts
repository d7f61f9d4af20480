import { lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { say } from "./console.js";
import { reasonOf } from "./failure.js";
import { isAlive, machine, startOf } from "./machine.js";
import { removeTree } from "./remove-tree.js";

const namePattern = /^backup-tiers-([0-9a-f]{12})-(\d+)-[A-Za-z0-9]{6}$/;
/** Age from which a folder of another machine or container is abandoned; no run may take this long. */
const longestRunMilliseconds = 24 * 60 * 60 * 1000;
const pollMilliseconds = 50;
/** How long a server that lost its run may take to end in order. */
const stopMilliseconds = 30_000;

/** File of a scratch folder that tells which server runs in it. */
const serverFile = ".server";

/** How a scratch folder of this run begins. */
export function scratchPrefix(): string {
  return `backup-tiers-${machine()}-${process.pid}-`;
}

/** A server that works in a scratch folder. */
interface NotedServer {
  readonly pid: number;
  /** When it began, so that its number cannot be taken for another's. */
  readonly started: string;
  readonly stopSignal: NodeJS.Signals;
}

/** Leaves word of a server, in case that this run is killed before it ends it. */
export function noteServer(folder: string, pid: number, stopSignal: NodeJS.Signals): void {
  const started = startOf(pid);
  if (started === undefined) return;
  const noted: NotedServer = { pid, started, stopSignal };
  writeFileSync(join(folder, serverFile), JSON.stringify(noted), { mode: 0o600 });
}

/** Ends the servers that killed runs of this user left, and removes their folders. */
export async function clearAbandoned(parent: string): Promise<void> {
  for (const name of namesIn(parent)) {
    const folder = join(parent, name);
    try {
      if (!isAbandoned(name, folder)) continue;
      if (namePattern.exec(name)?.[1] === machine()) await endServer(folder);
      removeTree(folder);
      say(`removed ${folder}, which a killed run left`);
    } catch (error) {
      // Clearing is a courtesy; another run may be at it, too.
      say(`${folder}, which a killed run left, stays: ${reasonOf(error)}`);
    }
  }
}

function namesIn(parent: string): string[] {
  try {
    return readdirSync(parent).filter((name) => namePattern.test(name));
  } catch {
    return [];
  }
}

/** Only what is this user's own: in a folder that all may write to, anybody can make one of such a name. */
function isAbandoned(name: string, folder: string): boolean {
  const [, madeOn, pid] = namePattern.exec(name) ?? [];
  const status = lstatSync(folder, { throwIfNoEntry: false });
  if (status?.isDirectory() !== true || status.uid !== process.getuid?.()) return false;
  if (madeOn === machine()) return !isAlive(Number(pid));
  return Date.now() - status.mtimeMs > longestRunMilliseconds;
}

async function endServer(folder: string): Promise<void> {
  const server = notedServer(folder);
  if (server === undefined) return;
  const { pid, started, stopSignal } = server;
  const runs = (): boolean => startOf(pid) === started;
  for (const signal of [stopSignal, "SIGKILL"] as const) {
    if (!runs()) return;
    process.kill(pid, signal);
    for (let waited = 0; runs() && waited < stopMilliseconds; waited += pollMilliseconds) await delay(pollMilliseconds);
    if (!runs()) say(`ended the server ${pid}, which a killed run left`);
  }
}

function notedServer(folder: string): NotedServer | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, serverFile), "utf8")) as NotedServer;
  } catch {
    return undefined;
  }
}
