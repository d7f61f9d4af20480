import { lastGood, problemsOf, type Backup, type Overview } from "./backup-overview.js";
import { say } from "./console.js";
import { AgentFailure } from "./failure.js";
import { verifyPart } from "./part-reader.js";
import type { StoredBackup } from "./stored-backup.js";

/** The first copy whose every byte is the manifest's; the same data from another store is as good. */
export async function verifiedCopy(overview: Overview, backup: Backup): Promise<StoredBackup> {
  const reasons = backup.good === undefined ? [problemsOf(backup)] : [];
  for (const copy of backup.copies) {
    if (copy.problem !== undefined) continue;
    try {
      for (const part of copy.manifest?.parts ?? []) await verifyPart(copy.store, part);
      say(`${copy.id} in ${copy.store.name}: every byte is as its manifest says`);
      return copy;
    } catch (error) {
      if (!(error instanceof AgentFailure) || error.exitCode !== 3) throw error;
      reasons.push(`${copy.store.name}: ${error.message}`);
      say(`${copy.id} in ${copy.store.name} is bad: ${error.message}`);
    }
  }
  const advice = lastGood(overview, backup.id);
  throw new AgentFailure(3, `backup ${backup.id} cannot be restored: ${reasons.join("; ")}; ${advice}`);
}
