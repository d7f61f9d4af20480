import { assetFolder, manifestExtension, objectKey, signatureExtension } from "./object-name.js";
import { listAsset, type ListedBackup, type Listing } from "./catalogue.js";
import { signatureProblem } from "./crypto/minisign.js";
import { reasonOf } from "./failure.js";
import { manifestHash, parseManifest, type Manifest, type ManifestPart } from "./manifest.js";
import { mapParallel } from "./parallel.js";
import type { RunContext } from "./run-context.js";
import type { Store } from "./stores/store.js";
import { readSmall, Unread } from "./unread.js";

/** Manifests that are read at a time. */
const readsAtOnce = 64;

/** Longest manifest that is read, with room for 100,000 counted tables. */
const largestManifest = 16 * 1024 * 1024;

/** One backup in one store, its manifest read and verified, its objects present with their lengths or not. */
export interface StoredBackup extends ListedBackup {
  readonly store: Store;
  /** Absent when it cannot be read or does not count. */
  readonly manifest: Manifest | undefined;
  /** Hash of the manifest's bytes, for the chain; absent when they cannot be read. */
  readonly hash: string | undefined;
  /** Why this copy does not count; undefined when it is good. */
  readonly problem: string | undefined;
  /** The problem is that its manifest could not be read: it may be good all the same. */
  readonly unread: boolean;
}

/** One store's backups, oldest first. */
export interface StoreCatalogue {
  readonly store: Store;
  readonly listing: Listing;
  readonly backups: readonly StoredBackup[];
}

/** Reads and verifies every manifest of one store. */
export async function readCatalogue(context: RunContext, store: Store): Promise<StoreCatalogue> {
  const { environment, asset } = context.config;
  const listing = await listAsset(store, environment, asset);
  const read = (listed: ListedBackup): Promise<StoredBackup> => readBackup(context, store, listing, listed);
  return { store, listing, backups: await mapParallel(listing.backups, readsAtOnce, read) };
}

/** Name of a part's object in a store. */
export function partKey(store: Pick<Store, "prefix">, part: ManifestPart): string {
  const [environment = "", asset = "", ...rest] = part.key.split("/");
  return assetFolder({ prefix: store.prefix, environment, asset }) + rest.join("/");
}

async function readBackup(
  context: RunContext,
  store: Store,
  listing: Listing,
  listed: ListedBackup,
): Promise<StoredBackup> {
  let bytes: Buffer | undefined;
  try {
    const size = listing.objects.get(listed.manifestKey)?.bytes ?? 0;
    if (size > largestManifest) throw new Error(`its manifest has ${size} bytes`);
    bytes = await readSmall(store, listed.manifestKey);
    const unsigned = await signatureProblemOf(context, store, listed, bytes);
    if (unsigned !== undefined) throw new Error(unsigned);
    const manifest = parseManifest(bytes);
    const problem = placeProblem(context, listed, manifest) ?? partProblem(store, listing, manifest);
    return { ...listed, store, manifest, hash: manifestHash(bytes), problem, unread: false };
  } catch (error) {
    const hash = bytes === undefined ? undefined : manifestHash(bytes);
    const unread = error instanceof Unread;
    return { ...listed, store, manifest: undefined, hash, problem: reasonOf(error), unread };
  }
}

async function signatureProblemOf(
  context: RunContext,
  store: Store,
  listed: ListedBackup,
  bytes: Buffer,
): Promise<string | undefined> {
  if (context.publicKeys.length === 0) return undefined;
  if (!listed.signed) return "its manifest is not signed";
  const key = listed.manifestKey.slice(0, -manifestExtension.length) + signatureExtension;
  return signatureProblem(bytes, (await readSmall(store, key)).toString("utf8"), context.publicKeys);
}

/** A manifest counts only in its own place: one that was moved would pass off one asset's data as another's. */
function placeProblem({ config }: RunContext, listed: ListedBackup, manifest: Manifest): string | undefined {
  const { environment, asset } = config;
  if (manifest.environment !== environment || manifest.asset !== asset) {
    return `its manifest is of ${manifest.environment}/${manifest.asset}, not of ${environment}/${asset}`;
  }
  if (manifest.id !== listed.id) return `its manifest is of ${manifest.id}`;
  if (manifest.class !== listed.class) return `its manifest is of class ${manifest.class}, not ${listed.class}`;
  const own = objectKey({ ...manifest, prefix: "", extension: "" });
  const foreign = manifest.parts.find(({ key }) => !key.startsWith(own));
  return foreign === undefined ? undefined : `its manifest names the object ${foreign.key} of another backup`;
}

function partProblem(store: Store, listing: Listing, manifest: Manifest): string | undefined {
  for (const part of manifest.parts) {
    const found = listing.objects.get(partKey(store, part));
    if (found === undefined) return `its ${part.name} is missing`;
    if (found.bytes !== part.bytes) return `its ${part.name} has ${found.bytes} bytes in place of ${part.bytes}`;
  }
  return undefined;
}
