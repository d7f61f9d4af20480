import { type PlannedAsset, retentionClasses } from "../model/index.js";
import { type Tier, tiersOf } from "../shared/tiers.js";

/** One Schedule of Velero. */
export interface VeleroTier extends Tier {
  /** Never starts by itself: `velero backup create --from-schedule` runs it. */
  readonly paused: boolean;
}

/** A schedule for each class; a manual backup keeps a paused one for its lowest. */
export function schedulesOf(planned: Pick<PlannedAsset, "schedule" | "retention" | "frequency">): VeleroTier[] {
  if (planned.frequency !== "manual") return tiersOf(planned).map((tier) => ({ ...tier, paused: false }));
  const name = retentionClasses.find((candidate) => planned.retention[candidate] !== undefined);
  const days = name === undefined ? undefined : planned.retention[name];
  return name === undefined || days === undefined ? [] : [{ name, days, cron: "0 3 * * *", paused: true }];
}
