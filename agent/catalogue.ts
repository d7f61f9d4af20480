import { retentionClasses, type RetentionClass } from "../components/model/retention.js";
import { timeOfId } from "./backup-id.js";
import { assetFolder, manifestExtension, parseObjectKey, signatureExtension, type ObjectName } from "./object-name.js";
import type { Store, StoredObject } from "./stores/store.js";

/** One backup as the listing of one store shows it, nothing read or verified yet. */
export interface ListedBackup {
  readonly id: string;
  readonly class: RetentionClass;
  /** The second its id was made in. */
  readonly time: Date;
  readonly manifestKey: string;
  readonly signed: boolean;
}

/** All objects of one asset in one store. */
export interface Listing {
  /** Backups that have a manifest, oldest first. */
  readonly backups: readonly ListedBackup[];
  /** Every object by its key. */
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** Objects whose id has no manifest: attempts that did not end well, or that run just now. */
  readonly withoutManifest: readonly StoredObject[];
}

/** Lists one asset in one store. */
export async function listAsset(store: Store, environment: string, asset: string): Promise<Listing> {
  const place = { prefix: store.prefix, environment, asset };
  const objects = new Map<string, StoredObject>();
  const names = new Map<string, ObjectName>();
  const listClass = async (name: RetentionClass): Promise<void> => {
    for await (const object of store.list(`${assetFolder(place)}${name}/`)) {
      objects.set(object.key, object);
      const parsed = parseObjectKey(place, object.key);
      if (parsed !== undefined) names.set(object.key, parsed);
    }
  };
  // All classes at once: a listing over the network comes page by page.
  await Promise.all(retentionClasses.map(listClass));
  const backups = [...names].flatMap(([key, name]) => listed(key, name, objects));
  backups.sort((one, other) => (one.id < other.id ? -1 : 1));
  const known = new Set(backups.map(({ id }) => id));
  const withoutManifest = [...names].filter(([, { id }]) => !known.has(id)).flatMap(([key]) => objects.get(key) ?? []);
  return { backups, objects, withoutManifest };
}

function listed(key: string, name: ObjectName, objects: ReadonlyMap<string, StoredObject>): ListedBackup[] {
  const time = timeOfId(name.id);
  if (name.extension !== manifestExtension || time === undefined) return [];
  const signature = key.slice(0, -manifestExtension.length) + signatureExtension;
  return [{ id: name.id, class: name.class, time, manifestKey: key, signed: objects.has(signature) }];
}
