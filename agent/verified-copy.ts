import { lastGood, problemsOf, type Backup, type Overview } from "./backup-overview.js";
import { say } from "./console.js";
import { CopyFailure } from "./copy-failure.js";
import { AgentFailure } from "./failure.js";
import { verifyPart } from "./part-reader.js";
import type { StoredBackup } from "./stored-backup.js";

/** The first copy whose every byte is the manifest's; the same data from another store is as good. */
export function verifiedCopy(overview: Overview, backup: Backup): Promise<StoredBackup> {
  return fromAnyCopy(overview, backup, async (copy) => {
    for (const part of copy.manifest?.parts ?? []) await verifyPart(copy.store, part);
    say(`${copy.id} in ${copy.store.name}: every byte is as its manifest says`);
    return copy;
  });
}

/** Gives the copies of a backup, one after the other, to whoever reads one. */
export type ReadCopy = <Result>(action: (copy: StoredBackup) => Promise<Result>) => Promise<Result>;

/** Does something with the first copy that does not fail; what it did with the one before must be undone by then. */
export async function fromAnyCopy<Result>(
  overview: Overview,
  backup: Backup,
  action: (copy: StoredBackup) => Promise<Result>,
): Promise<Result> {
  const reasons = backup.good === undefined ? [problemsOf(backup)] : [];
  let unread = backup.copies.some((copy) => copy.unread);
  for (const copy of backup.copies) {
    if (copy.problem !== undefined) continue;
    try {
      return await action(copy);
    } catch (error) {
      if (!(error instanceof CopyFailure)) throw error;
      unread ||= !error.bad;
      reasons.push(`${copy.store.name}: ${error.message}`);
      say(`${copy.id} in ${copy.store.name} ${error.bad ? "is bad" : "cannot be read"}: ${error.message}`);
    }
  }
  const advice = lastGood(overview, backup.id);
  const told = `backup ${backup.id} cannot be ${unread ? "read now" : "restored"}: ${reasons.join("; ")}`;
  throw new AgentFailure(unread ? 1 : 3, `${told}; ${advice}`);
}
