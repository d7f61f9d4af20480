import { expired } from "../../components/model/retention.js";
import { say } from "../console.js";
import { clockToleranceSeconds, folderClockAhead } from "../clocks.js";
import { AgentFailure, reasonOf } from "../failure.js";
import type { Outcome, StoreResult } from "../result.js";
import type { RunContext } from "../run-context.js";
import { assetFolder, manifestExtension, signatureExtension } from "../object-name.js";
import { readCatalogue, partKey, type StoreCatalogue, type StoredBackup } from "../stored-backup.js";
import type { Store } from "../stores/store.js";
import type { Options } from "./command.js";

/** Age from which an object without a manifest belongs to no run any more. */
const abandonedMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Removes what has expired, store by store. Only good backups count and only good ones go: bad ones are evidence, and
 * the newest good one stays however old it is.
 */
export async function prune(context: RunContext, options: Options): Promise<Outcome> {
  const dryRun = options["dry-run"] === true;
  const removed: string[] = [];
  const stores: StoreResult[] = [];
  let empty = false;
  for (const store of context.stores) {
    if (store.remove === undefined) {
      stores.push({ name: store.name, status: "done", message: "left to the store's lifecycle rules" });
      continue;
    }
    try {
      const catalogue = await readCatalogue(context, store);
      const gone = await pruneStore(context, catalogue, dryRun);
      removed.push(...gone.map((id) => `${store.name}/${id}`));
      const good = catalogue.backups.some(({ problem }) => problem === undefined);
      empty ||= !good && catalogue.backups.length > 0;
      const message = good ? `${gone.length} expired` : "nothing removed: it has no good backup";
      stores.push({ name: store.name, status: "done", message });
    } catch (error) {
      stores.push({ name: store.name, status: "failed", message: reasonOf(error) });
    }
  }
  const failed = stores.some(({ status }) => status === "failed");
  const message = stores.map((store) => `${store.name}: ${store.message}`).join("; ");
  return { exitCode: failed ? 1 : empty ? 3 : 0, stores, message, removed, dryRun };
}

async function pruneStore(context: RunContext, catalogue: StoreCatalogue, dryRun: boolean): Promise<string[]> {
  const { store } = catalogue;
  // What cannot be read may be lost, and what has expired is then the last that is left.
  const unread = catalogue.backups.find((backup) => backup.unread);
  if (unread !== undefined) {
    throw new AgentFailure(1, `nothing removed: ${unread.id} cannot be read: ${unread.problem ?? ""}`);
  }
  const good = catalogue.backups.filter(({ problem }) => problem === undefined);
  if (good.length === 0) return [];
  await refuseWrongClock(context, catalogue, good);
  const gone = expired(good, context.config.retention, new Date());
  if (dryRun) return gone.map(({ id }) => id);
  for (const backup of gone) {
    await removeBackup(store, backup);
    say(`${store.name}: removed ${backup.id} (${backup.class})`);
  }
  await removeAbandoned(context, catalogue);
  return gone.map(({ id }) => id);
}

/**
 * By a clock that is ahead everything but the newest has expired. So the clocks of this machine, of the file server and
 * of whoever wrote the newest backup must agree, and that backup must be as young as its schedule makes it.
 */
async function refuseWrongClock(
  { config }: RunContext,
  { store, listing }: StoreCatalogue,
  good: readonly StoredBackup[],
): Promise<void> {
  const newest = good.at(-1);
  if (newest?.manifest === undefined) return;
  const refuse = (reason: string): never => {
    throw new AgentFailure(1, `nothing removed: ${reason}`);
  };
  const ahead = await folderClockAhead(config.stores.find(({ name }) => name === store.name));
  if (Math.abs(ahead) > clockToleranceSeconds) {
    refuse(`the store's clock is ${Math.round(ahead)} seconds ahead of this machine's; set the clocks`);
  }
  const { startedAt, finishedAt } = newest.manifest;
  const age = Math.round((Date.now() - Date.parse(startedAt)) / 1000);
  if (age < -clockToleranceSeconds) refuse(`${newest.id} is of the future, ${startedAt}; set the clocks`);
  const written = listing.objects.get(newest.manifestKey)?.modified.getTime() ?? 0;
  const off = Math.round((written - Date.parse(finishedAt)) / 1000);
  if (Math.abs(off) > clockToleranceSeconds) {
    refuse(`the store wrote ${newest.id} ${off} seconds after it was finished by its own clock; set the clocks`);
  }
  const most = config.maxAgeSeconds ?? Infinity;
  if (age > most) {
    refuse(`the newest backup is ${age} seconds old and may be ${most}: the clock is wrong, or backups have stopped`);
  }
}

/** The manifest first: a run that is killed in between leaves objects that do not count, never a manifest that lies. */
async function removeBackup(store: Store, backup: StoredBackup): Promise<void> {
  await store.remove?.(backup.manifestKey);
  await store.remove?.(backup.manifestKey.slice(0, -manifestExtension.length) + signatureExtension);
  for (const part of backup.manifest?.parts ?? []) await store.remove?.(partKey(store, part));
}

async function removeAbandoned({ config }: RunContext, { store, listing }: StoreCatalogue): Promise<void> {
  const before = Date.now() - abandonedMilliseconds;
  for (const { key, modified } of listing.withoutManifest) {
    if (modified.getTime() < before) await store.remove?.(key);
  }
  await store.cleanLeftovers?.(assetFolder({ ...config, prefix: store.prefix }));
}
