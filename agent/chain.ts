import type { AgentConfig } from "../components/model/agent-config.js";
import { timeOfId } from "./backup-id.js";
import { hidesBackups, type Overview } from "./backup-overview.js";
import type { Finding } from "./check/finding.js";

/**
 * Problems of the hash chain over all stores: each manifest names the one before it, which must still be there until
 * its class's time has passed, and must have the same bytes.
 */
export function chainProblems(overview: Overview, retention: AgentConfig["retention"], now: Date): Finding[] {
  const { backups } = overview;
  const known = new Map(backups.map((backup) => [backup.id, backup]));
  return backups.flatMap(({ id, good }) => {
    const previous = good?.manifest?.previous;
    if (previous === null || previous === undefined) return [];
    const before = known.get(previous.id);
    if (before !== undefined) {
      // A copy that cannot be read may be the one.
      const same = before.copies.some(({ hash, unread }) => hash === previous.sha256 || unread);
      return same ? [] : [{ id, message: `the manifest before it, ${previous.id}, is not the one that it names` }];
    }
    const seconds = retention[previous.class] ?? null;
    const time = timeOfId(previous.id)?.getTime() ?? 0;
    const over = seconds !== null && now.getTime() - time >= seconds * 1000;
    if (over) return [];
    const message = `the backup before it, ${previous.id} (${previous.class}), is gone before its time`;
    return [
      hidesBackups(overview)
        ? { id, message: `${message}, or in a store that cannot be read`, unread: true }
        : { id, message },
    ];
  });
}
