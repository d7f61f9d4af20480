import type { Backup } from "../backup-overview.js";
import { reasonOf } from "../failure.js";
import { partKey, type StoredBackup } from "../stored-backup.js";
import type { Finding } from "./finding.js";

/** Copies of backups with an object whose lock is not in force any more, or never was. */
export async function lockFindings(backups: readonly Backup[], now: Date): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, copies } of backups) {
    for (const copy of copies) {
      const message = await lockProblem(copy, now);
      if (message !== undefined) findings.push({ id, store: copy.store.name, message });
    }
  }
  return findings;
}

/** The first object of a copy that can be deleted before its time. */
async function lockProblem({ store, manifest, manifestKey }: StoredBackup, now: Date): Promise<string | undefined> {
  const promised = manifest?.lockedUntil ?? null;
  if (manifest === undefined || promised === null || new Date(promised) <= now) return undefined;
  // The data as well: a manifest that is locked protects nothing else.
  const objects = [
    { name: "manifest", key: manifestKey },
    ...manifest.parts.map((part) => ({ name: part.name, key: partKey(store, part) })),
  ];
  for (const { name, key } of objects) {
    try {
      const until = await store.lockedUntil(key);
      // The server keeps whole seconds.
      if (until === "unknown" || (until !== undefined && until.getTime() + 1000 > Date.parse(promised))) continue;
      const found = until === undefined ? "shows no lock" : `has a lock that ends ${until.toISOString()}`;
      const advice = "the store needs locks per object, and this reader the right to see them";
      return `its ${name} ${found} in place of ${promised}; ${advice}`;
    } catch (error) {
      return `the lock of its ${name} cannot be read: ${reasonOf(error)}`;
    }
  }
  return undefined;
}
