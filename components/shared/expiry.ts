import { type Issue, type PlannedAsset, retentionClasses } from "../model/index.js";
import type { BackupStore } from "./store.js";

/** Whole days after which artefacts of each class are deleted: their retention, or their lock where that is longer. */
export function expiryDays(asset: Pick<PlannedAsset, "retention" | "lock">): number[] {
  const days = retentionClasses.flatMap((name) => {
    const kept = asset.retention[name];
    return typeof kept === "number" ? [Math.max(kept, asset.lock?.days[name] ?? 0)] : [];
  });
  return [...new Set(days)].sort((a, b) => a - b);
}

/** Stores that expire artefacts by rules of their own need a rule for every age that the asset's classes reach. */
export function expiryIssues(
  asset: PlannedAsset,
  stores: Readonly<Record<string, BackupStore>>,
  pathOf: (store: string) => string,
): Issue[] {
  return Object.entries(stores).flatMap(([name, store]) => {
    const rules = store.expiresAfterDays;
    const missing = rules === undefined ? [] : expiryDays(asset).filter((days) => !rules.includes(days));
    if (missing.length === 0) return [];
    const path = pathOf(name);
    return [
      {
        id: "store-expires-artefacts",
        level: "error" as const,
        path,
        message:
          `${path} must have a rule that deletes artefacts of "${asset.name}" after ${missing.join(" and ")} days ` +
          `(without one they are kept for ever), got rules for ${rules?.join(", ") ?? "none"}; ` +
          `override the retention in the environment, or give the bucket expireAfterDays: [${missing.join(", ")}]`,
      },
    ];
  });
}
