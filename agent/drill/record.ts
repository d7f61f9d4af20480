import type { RetentionClass } from "../../components/model/retention.js";
import { timeOfId } from "../backup-id.js";
import { say } from "../console.js";
import { signMessage, type SigningKey } from "../crypto/minisign.js";
import { reasonOf } from "../failure.js";
import { drillKey, drillSignatureExtension } from "../object-name.js";
import { longestRetention } from "../object-retention.js";
import type { RunContext } from "../run-context.js";
import { putObject } from "../stores/store.js";
import type { CheckResult } from "./rehearsal.js";

/** Which of what is promised was restored. */
export type DrillPick = "newest" | "random" | "oldest";

/** How one repository of an archive was recovered. Times are ISO 8601 in UTC. */
export interface RecordedRecovery {
  /** Name of the repository. */
  readonly store: string;
  /** The base backup with which it began; null: there was none. */
  readonly backup: string | null;
  /** The moment that was asked for; null: the end of the archive. */
  readonly target: string | null;
  /** When the last transaction that was replayed ended; null: there was none, or it did not come so far. */
  readonly lastTransactionAt: string | null;
  /** From that transaction to the moment that was asked for, or to the drill's start. */
  readonly lagSeconds: number | null;
  readonly rtoSeconds: number | null;
}

/** The signed document that a drill leaves. Times are ISO 8601 in UTC. */
export interface DrillRecord {
  readonly version: 1;
  readonly id: string;
  readonly environment: string;
  readonly asset: string;
  /** The artefact that was restored; of an archive the base backup of the first repository. */
  readonly backup: string;
  readonly class: RetentionClass | null;
  /** The store whose copy was restored; null when no copy was good. */
  readonly store: string | null;
  readonly pick: DrillPick;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** The moment whose data the artefact holds; null when its manifest does not count. */
  readonly dataAt: string | null;
  readonly passed: boolean;
  readonly problems: readonly string[];
  /** From the first byte read to the last check passed, of the slowest repository; null when it did not come so far. */
  readonly rtoSeconds: number | null;
  /** From the data's moment to the drill's start; null for another than the newest, whose age says nothing. */
  readonly rpoSeconds: number | null;
  readonly targets: { readonly rtoSeconds: number | null; readonly rpoSeconds: number | null };
  readonly rowCounts: {
    readonly expected: Readonly<Record<string, number>>;
    readonly found: Readonly<Record<string, number>>;
  };
  readonly checks: readonly CheckResult[];
  /** Of an archive: each of its repositories. */
  readonly recoveries?: readonly RecordedRecovery[];
  readonly agentVersion: string;
}

/** Writes the record into the first store that takes it; returns that store's name, undefined when none did. */
export async function writeRecord(
  { config, stores }: RunContext,
  record: DrillRecord,
  signer: SigningKey | undefined,
): Promise<string | undefined> {
  const bytes = Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`);
  const comment = `drill:${record.id} environment:${config.environment} asset:${config.asset}`;
  const signature = signer === undefined ? undefined : Buffer.from(signMessage(bytes, signer, comment));
  const retention = longestRetention(config, new Date(record.startedAt));
  for (const store of stores) {
    const place = { ...config, prefix: store.prefix };
    try {
      if (signature !== undefined) {
        await putObject(store, drillKey(place, record.id, drillSignatureExtension), signature, retention);
      }
      await putObject(store, drillKey(place, record.id), bytes, retention);
      return store.name;
    } catch (error) {
      say(`${store.name} does not take the drill's record: ${reasonOf(error)}`);
    }
  }
  return undefined;
}

/** Reads a record of this asset; throws with the reason when it is not one. */
export function parseRecord(bytes: Buffer, { config }: Pick<RunContext, "config">, id: string): DrillRecord {
  let record: Partial<DrillRecord> | null;
  try {
    record = JSON.parse(bytes.toString("utf8")) as Partial<DrillRecord> | null;
  } catch {
    throw new Error("it is not JSON");
  }
  if (record?.version !== 1 || typeof record.passed !== "boolean" || !Array.isArray(record.problems)) {
    throw new Error("it is not a record of version 1");
  }
  // A record counts only in its own place: a copied one would pass off another asset's drill, or an older one.
  if (record.environment !== config.environment || record.asset !== config.asset || record.id !== id) {
    throw new Error(`it is of ${String(record.environment)}/${String(record.asset)}, drill ${String(record.id)}`);
  }
  if (timeOfId(id) === undefined) throw new Error("it has no id");
  return record as DrillRecord;
}
