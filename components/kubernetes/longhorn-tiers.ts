import { parseCron, type PlannedAsset } from "../model/index.js";
import { ageOf, type Tier, tiersOf } from "../shared/tiers.js";

/** One RecurringJob of Longhorn, which keeps a number of backups and no length of time. */
export interface LonghornTier extends Tier {
  /** Backups that are kept of each volume: never fewer than the days hold runs. */
  readonly retain: number;
}

/** A job for each class. */
export function longhornTiers(planned: Pick<PlannedAsset, "schedule" | "retention">): LonghornTier[] {
  return tiersOf(planned).map((tier) => ({ ...tier, retain: runsIn(tier) }));
}

/** Most runs of a schedule in its days, by the shortest time between two days on which it runs. */
function runsIn(tier: Tier): number {
  const { minutesOfDay, anyDayOfMonth, anyDayOfWeek, daysOfMonth, daysOfWeek } = parseCron(tier.cron);
  const step =
    !anyDayOfMonth && !anyDayOfWeek
      ? 1
      : anyDayOfMonth
        ? shortest(daysOfWeek, 7)
        : shortest(daysOfMonth, tier.name === "yearly" ? 365 : 28);
  return minutesOfDay.length * Math.ceil(ageOf(tier) / step);
}

/** Shortest way from one day that is marked to the next, around a week or a month. */
function shortest(days: readonly boolean[], around: number): number {
  const marked = days.flatMap((is, day) => (is ? [day] : []));
  return marked.reduce((least, day, index) => {
    const next = marked[index + 1] ?? (marked[0] ?? 0) + around;
    return Math.min(least, Math.max(next - day, 1));
  }, around);
}
