import { statfs } from "node:fs/promises";
import type { AgentStore } from "../../components/model/agent-config.js";
import { megabytes } from "../console.js";
import type { Finding } from "./finding.js";

/** Backups of the newest one's size that must find room where no floor is given: the next, and one to spare. */
const backupsToCome = 2;

/** Room in a store. */
export interface FreeSpace {
  readonly store: string;
  /** Bytes that the agent's user may still write. */
  readonly freeBytes: number;
  /** Bytes below which it is too little. */
  readonly leastBytes: number;
}

/** Room in every store that has an end; buckets have none. */
export async function freeSpaces(stores: readonly AgentStore[], newestBytes: number): Promise<FreeSpace[]> {
  const spaces: FreeSpace[] = [];
  for (const store of stores) {
    if (store.kind !== "folder") continue;
    const status = await statfs(store.path).catch(() => undefined);
    // A folder that cannot be read is told by whoever lists it.
    if (status === undefined) continue;
    const freeBytes = status.bavail * status.bsize;
    spaces.push({ store: store.name, freeBytes, leastBytes: store.leastFreeBytes ?? backupsToCome * newestBytes });
  }
  return spaces;
}

/** Stores that will be full soon. */
export function spaceFindings(spaces: readonly FreeSpace[]): Finding[] {
  return spaces.flatMap(({ store, freeBytes, leastBytes }): Finding[] => {
    if (freeBytes >= leastBytes) return [];
    const advice = "make room, or keep backups for a shorter time";
    return [
      { store, message: `it has ${megabytes(freeBytes)} left; the floor is ${megabytes(leastBytes)}; ${advice}` },
    ];
  });
}
