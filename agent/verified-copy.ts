import { lastGood, problemsOf, type Backup, type Overview } from "./backup-overview.js";
import { say } from "./console.js";
import { AgentFailure, reasonOf } from "./failure.js";
import { interruption } from "./interruption.js";
import { verifyPart } from "./part-reader.js";
import type { StoredBackup } from "./stored-backup.js";
import { ObjectMissing } from "./stores/store.js";

/** The first copy whose every byte is the manifest's; the same data from another store is as good. */
export async function verifiedCopy(overview: Overview, backup: Backup): Promise<StoredBackup> {
  const reasons = backup.good === undefined ? [problemsOf(backup)] : [];
  let unread = backup.copies.some((copy) => copy.unread);
  for (const copy of backup.copies) {
    if (copy.problem !== undefined) continue;
    try {
      for (const part of copy.manifest?.parts ?? []) await verifyPart(copy.store, part);
      say(`${copy.id} in ${copy.store.name}: every byte is as its manifest says`);
      return copy;
    } catch (error) {
      interruption.throwIfAborted();
      const bad = error instanceof ObjectMissing || (error instanceof AgentFailure && error.exitCode === 3);
      unread ||= !bad;
      reasons.push(`${copy.store.name}: ${reasonOf(error)}`);
      say(`${copy.id} in ${copy.store.name} ${bad ? "is bad" : "cannot be read"}: ${reasonOf(error)}`);
    }
  }
  const advice = lastGood(overview, backup.id);
  const told = `backup ${backup.id} cannot be ${unread ? "read now" : "restored"}: ${reasons.join("; ")}`;
  throw new AgentFailure(unread ? 1 : 3, `${told}; ${advice}`);
}
