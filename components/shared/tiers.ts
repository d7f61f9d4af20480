import { parseCron, type PlannedAsset, type RetentionClass, retentionClasses } from "../model/index.js";

/** One retention class of an asset as a service's own schedule: when it starts and how long its backups are kept. */
export interface Tier {
  /** The class. */
  readonly name: RetentionClass;
  /** Five fields. */
  readonly cron: string;
  /** Whole days, or `"forever"`. */
  readonly days: number | "forever";
}

/**
 * A schedule for each retention class. The lowest takes the asset's own; every higher one starts at the first of its
 * times, once a day, week, month or year, so that two schedules start at the same moment or a day apart and never
 * half over each other. Where two classes have the same schedule the one that keeps longer stands for both.
 */
export function tiersOf(planned: Pick<PlannedAsset, "schedule" | "retention">): Tier[] {
  const { cron } = planned.schedule;
  if (cron === null) return [];
  const kept = retentionClasses.flatMap((name) => {
    const days = planned.retention[name];
    return days === undefined ? [] : [{ name, days }];
  });
  const tiers = kept.map(({ name, days }, index): Tier => ({
    name,
    days,
    cron: index === 0 ? cron : higherCron(name, cron),
  }));
  return tiers.filter(
    (tier, index) =>
      !tiers.some(
        (other, at) =>
          at !== index &&
          other.cron === tier.cron &&
          (ageOf(other) > ageOf(tier) || (ageOf(other) === ageOf(tier) && at > index)),
      ),
  );
}

/** Days as a number, for comparing. */
export function ageOf({ days }: Pick<Tier, "days">): number {
  return days === "forever" ? Infinity : days;
}

function higherCron(name: RetentionClass, cron: string): string {
  const fields = parseCron(cron);
  const [first = 0] = fields.minutesOfDay;
  const time = `${first % 60} ${Math.floor(first / 60)}`;
  switch (name) {
    case "hourly":
    case "daily":
      return `${time} * * *`;
    case "weekly":
      return `${time} * * ${Math.max(fields.daysOfWeek.indexOf(true), 0)}`;
    case "monthly":
      return `${time} 1 * *`;
    case "yearly":
      return `${time} 1 1 *`;
  }
}
