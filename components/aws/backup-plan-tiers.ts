import { parseCron, type PlannedAsset, resolveFrequency } from "../model/index.js";
import type { BackedUpResources } from "./backup-plan-args.js";
import { type Tier, tiersOf } from "./tiers.js";

/** One rule of a plan of AWS Backup before it is written for the service. */
export interface PlanTier extends Omit<Tier, "name"> {
  /** The class, or `continuous`. */
  readonly name: Tier["name"] | "continuous";
}

/** Start window that AWS Backup has by default; the provider's own default of 60 lets large jobs expire. */
const startWindowMinutes = 480;

/**
 * The rules of a plan: one for each class, and one for continuous backup. Two rules that start together keep one
 * recovery point, that of the longer retention, so classes share the moment of the lowest. The continuous rule has a
 * moment of its own, half of the day away; a lowest class that runs more than once a day leaves that moment out.
 */
export function planTiers(planned: PlannedAsset): PlanTier[] {
  const schedule = scheduleOf(planned);
  const tiers = tiersOf({ schedule, retention: planned.retention });
  const days = planned.retention.pitrDays;
  if (days === undefined || schedule.cron === null) return tiers;
  const times = parseCron(schedule.cron).minutesOfDay;
  const [first = 0] = times;
  const besideOneADay = tiers.length > 0 ? (first + 720) % 1_440 : first;
  const time = times.length > 1 ? (times[Math.floor(times.length / 2)] ?? 0) : besideOneADay;
  const continuous: PlanTier = { name: "continuous", cron: `${time % 60} ${Math.floor(time / 60)} * * *`, days };
  return [continuous, ...tiers.map((tier) => ({ ...tier, cron: withoutTime(tier.cron, time) }))];
}

/** What is backed up continuously still needs a start a day: for its own rule, and for the classes beside it. */
function scheduleOf(planned: PlannedAsset): PlannedAsset["schedule"] {
  return planned.frequency === "continuous" ? resolveFrequency("1 day", planned.name).schedule : planned.schedule;
}

/** Whole minutes in which a job of these rules may wait without reaching the next one. */
export function startWindowOf(tiers: readonly PlanTier[]): number {
  return Math.min(startWindowMinutes, shortestDistance(tiers));
}

/** Shortest time between two different starts of any rules, in minutes of the day. */
export function shortestDistance(tiers: readonly PlanTier[]): number {
  const starts = [...new Set(tiers.flatMap(({ cron }) => parseCron(cron).minutesOfDay))].sort((a, b) => a - b);
  return starts.reduce((shortest, start, index) => {
    const next = starts[index + 1] ?? (starts[0] ?? 0) + 1_440;
    return Math.min(shortest, next - start);
  }, 1_440);
}

/** Days after which recovery points of a rule move to cold storage; `undefined` where they cannot or it does not pay. */
export function coldDays(args: Pick<BackedUpResources, "kind">, tier: PlanTier, after: number): number | undefined {
  const stays = tier.days === "forever" ? Infinity : tier.days - after;
  const rareEnough = (args.kind ?? "volume") !== "volume" || tier.name === "monthly" || tier.name === "yearly";
  return tier.name !== "continuous" && rareEnough && stays >= coldDaysMin ? after : undefined;
}

/** What is moved to cold storage is billed for at least so many days. */
export const coldDaysMin = 90;

/** A cron expression that runs more than once a day without one of its times. */
function withoutTime(cron: string, time: number): string {
  const { minutesOfDay } = parseCron(cron);
  if (minutesOfDay.length < 2 || !minutesOfDay.includes(time)) return cron;
  const left = minutesOfDay.filter((minute) => minute !== time);
  const [, , ...date] = cron.trim().split(/\s+/);
  const minutes = [...new Set(left.map((minute) => minute % 60))];
  const hours = [...new Set(left.map((minute) => Math.floor(minute / 60)))];
  return [minutes.join(","), hours.join(","), ...date].join(" ");
}
