import { signatureProblem } from "../crypto/minisign.js";
import { reasonOf } from "../failure.js";
import { drillFolder, drillKey, drillSignatureExtension, parseDrillKey } from "../object-name.js";
import type { RunContext } from "../run-context.js";
import type { Store } from "../stores/store.js";
import { readSmall, Unread } from "../unread.js";
import { parseRecord, type DrillRecord } from "./record.js";

/** A record that lies in a store but does not count, or that cannot be read. */
export interface BadRecord {
  /** Absent where the store does not even tell which there are. */
  readonly id?: string;
  readonly store: string;
  readonly problem: string;
  readonly unread: boolean;
}

/** What the stores hold of an asset's drills. */
export interface NewestDrills {
  /** The newest that counts, passed or not. */
  readonly newest: DrillRecord | undefined;
  /** The newest that counts and passed. */
  readonly passed: DrillRecord | undefined;
  /** Those newer than these that do not count. */
  readonly bad: readonly BadRecord[];
}

/** Looks for the newest drill over these stores, newest first, until one is found that passed. */
export async function newestDrills(context: RunContext, stores: readonly Store[]): Promise<NewestDrills> {
  const bad: BadRecord[] = [];
  const listed = stores.map((store) =>
    recordsIn(context, store).catch((error: unknown) => {
      bad.push({ store: store.name, problem: reasonOf(error), unread: true });
      return [];
    }),
  );
  const found = (await Promise.all(listed)).flat();
  found.sort((one, other) => (one.id < other.id ? 1 : -1));
  let newest: DrillRecord | undefined;
  for (const { id, store } of found) {
    try {
      const record = await readRecord(context, store, id);
      newest ??= record;
      if (record.passed) return { newest, passed: record, bad };
    } catch (error) {
      bad.push({ id, store: store.name, problem: reasonOf(error), unread: error instanceof Unread });
    }
  }
  return { newest, passed: undefined, bad };
}

async function recordsIn({ config }: RunContext, store: Store): Promise<{ id: string; store: Store }[]> {
  const place = { ...config, prefix: store.prefix };
  const records: { id: string; store: Store }[] = [];
  for await (const { key } of store.list(drillFolder(place))) {
    const id = parseDrillKey(place, key);
    if (id !== undefined) records.push({ id, store });
  }
  return records;
}

async function readRecord(context: RunContext, store: Store, id: string): Promise<DrillRecord> {
  const place = { ...context.config, prefix: store.prefix };
  const bytes = await readSmall(store, drillKey(place, id));
  if (context.publicKeys.length > 0) {
    const signature = await readSmall(store, drillKey(place, id, drillSignatureExtension));
    const problem = await signatureProblem(bytes, signature.toString("utf8"), context.publicKeys);
    if (problem !== undefined) throw new Error(problem);
  }
  return parseRecord(bytes, context, id);
}
