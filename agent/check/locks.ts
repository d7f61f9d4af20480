import type { Backup } from "../backup-overview.js";
import { reasonOf } from "../failure.js";
import type { Finding } from "./finding.js";

/** Copies of a backup whose lock is not in force any more, or never was. */
export async function lockFindings(newest: Backup | undefined, now: Date): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, store, manifest, manifestKey } of newest?.copies ?? []) {
    const promised = manifest?.lockedUntil ?? null;
    if (promised === null || new Date(promised) <= now) continue;
    try {
      const until = await store.lockedUntil(manifestKey);
      // The server keeps whole seconds.
      if (until === "unknown" || (until !== undefined && until.getTime() + 1000 > Date.parse(promised))) continue;
      const found = until === undefined ? "it shows no lock" : `its lock ends ${until.toISOString()}`;
      const advice = "the bucket needs Object Lock and this reader s3:GetObjectRetention";
      findings.push({ id, store: store.name, message: `${found} in place of ${promised}; ${advice}` });
    } catch (error) {
      findings.push({ id, store: store.name, message: `its lock cannot be read: ${reasonOf(error)}` });
    }
  }
  return findings;
}
