import { say } from "./console.js";
import { AgentFailure, reasonOf } from "./failure.js";
import type { RunContext } from "./run-context.js";
import type { StoreResult } from "./result.js";
import { readCatalogue, type StoreCatalogue, type StoredBackup } from "./stored-backup.js";

/** One backup over all stores. */
export interface Backup {
  readonly id: string;
  /** Its copies, in the order of the stores. */
  readonly copies: readonly StoredBackup[];
  /** The first copy that counts. */
  readonly good: StoredBackup | undefined;
}

/** Every backup of the asset over every store that can be read. */
export interface Overview {
  readonly catalogues: readonly StoreCatalogue[];
  /** Oldest first. */
  readonly backups: readonly Backup[];
  readonly stores: readonly StoreResult[];
}

/** Reads all stores at once; one that cannot be read is told in `stores`. */
export async function readOverview(context: RunContext): Promise<Overview> {
  const read = await Promise.all(
    context.stores.map(async (store) => {
      try {
        const catalogue = await readCatalogue(context, store);
        return { catalogue, result: { name: store.name, status: "done" as const, message: store.description } };
      } catch (error) {
        const message = `${store.description}: ${reasonOf(error)}`;
        return { catalogue: undefined, result: { name: store.name, status: "failed" as const, message } };
      }
    }),
  );
  const catalogues = read.flatMap(({ catalogue }) => catalogue ?? []);
  return { catalogues, backups: joinCopies(catalogues), stores: read.map(({ result }) => result) };
}

/** Whether it may be good, but no copy could be read that tells. */
export function isUnread({ good, copies }: Backup): boolean {
  return good === undefined && copies.some(({ unread }) => unread);
}

/** Whether there may be backups that nobody sees, as a store could not be read. */
export function hidesBackups({ stores }: Overview): boolean {
  return stores.some(({ status }) => status === "failed");
}

/** There is not what was asked for; a store that could not be read may have it all the same. */
export function absence(overview: Overview, message: string, advice = ""): AgentFailure {
  if (!hidesBackups(overview)) return new AgentFailure(3, message + advice);
  return new AgentFailure(1, `${message} in the stores that can be read`);
}

/** Goes on while one store can be read, and says which cannot. */
export function refuseUnreadable({ stores }: Overview): void {
  const unread = stores.filter(({ status }) => status === "failed");
  if (unread.length === stores.length) {
    throw new AgentFailure(1, `no store can be read: ${unread.map(({ message }) => message).join("; ")}`);
  }
  for (const { name, message } of unread) say(`${name} cannot be read: ${message}`);
}

/** Why a backup does not count, store by store. */
export function problemsOf(backup: Backup): string {
  return backup.copies
    .flatMap(({ store, problem }) => (problem === undefined ? [] : [`${store.name}: ${problem}`]))
    .join("; ");
}

/** Bytes of all objects of a backup in one store. */
export function sizeOf({ manifest }: Pick<StoredBackup, "manifest">): number {
  return (manifest?.parts ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** For the messages of other commands: which backup to take when one is bad. */
export function lastGood(overview: Overview, except: string): string {
  const other = overview.backups.filter(({ id, good }) => good !== undefined && id !== except).at(-1);
  return other === undefined ? "no other backup is good" : `the last good one is --id ${other.id}`;
}

function joinCopies(catalogues: readonly StoreCatalogue[]): Backup[] {
  const copies = new Map<string, StoredBackup[]>();
  for (const { backups } of catalogues) {
    for (const backup of backups) copies.set(backup.id, [...(copies.get(backup.id) ?? []), backup]);
  }
  const joined = [...copies].map(([id, each]) => ({
    id,
    copies: each,
    good: each.find(({ problem }) => problem === undefined),
  }));
  return joined.sort((one, other) => (one.id < other.id ? -1 : 1));
}
