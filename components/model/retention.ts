import type { DurationText } from "./duration.js";

/** Retention classes, from the shortest period to the longest. */
export const retentionClasses = ["hourly", "daily", "weekly", "monthly", "yearly"] as const;

/** A retention class: an artefact belongs to the highest class whose period has none yet. */
export type RetentionClass = (typeof retentionClasses)[number];

/** How long the artefacts of each class are kept. */
export interface RetentionPolicy {
  /** Runs less than a day apart: each artefact of the class for this long. */
  readonly hourly?: DurationText | "forever";
  /** One artefact a day, for this long. */
  readonly daily?: DurationText | "forever";
  /** One artefact an ISO week, for this long. */
  readonly weekly?: DurationText | "forever";
  /** One artefact a month, for this long. */
  readonly monthly?: DurationText | "forever";
  /** One artefact a year, for this long. */
  readonly yearly?: DurationText | "forever";
  /** Window in which any moment can be restored (continuous archiving, object versions); `"none"` to take it away. */
  readonly pitr?: DurationText | "none";
}

/** What retention needs to know of an artefact. */
export interface ClassedArtefact {
  /** Class that the artefact was given. */
  readonly class: RetentionClass;
  /** When it was made. */
  readonly time: Date;
}

const dayMs = 86_400_000;

/**
 * The class of a new artefact: the highest of `classes` of whose period (the UTC hour, day, ISO week, month or year
 * around `time`) `existing` has no artefact of that class; the lowest of `classes` takes all others. A daily run
 * with `daily`, `monthly` and `yearly` is yearly on 1 January, monthly on the 2nd, and daily from the 3rd on.
 *
 * @param existing Artefacts that count: those with a manifest. A failed run leaves its class to the next.
 * @param classes The classes that the policy keeps, in any order.
 * @throws RangeError without any class.
 */
export function classOf(
  time: Date,
  existing: readonly ClassedArtefact[],
  classes: readonly RetentionClass[],
): RetentionClass {
  const [lowest, ...higher] = retentionClasses.filter((candidate) => classes.includes(candidate));
  if (lowest === undefined) {
    throw new RangeError("classOf needs at least one retention class");
  }
  const open = (higher as PeriodClass[]).reverse().find((candidate) => {
    const period = periodOf(candidate, time);
    return !existing.some((artefact) => artefact.class === candidate && periodOf(candidate, artefact.time) === period);
  });
  return open ?? lowest;
}

/**
 * The artefacts whose class's time has passed, in the order given. Never the newest of all, however old: the last
 * good backup outlives every rule. An artefact of a class that `retentionSeconds` does not name is kept: nothing
 * says that it may go.
 *
 * @param retentionSeconds Seconds per class; `null` keeps for ever.
 */
export function expired<T extends ClassedArtefact>(
  artefacts: readonly T[],
  retentionSeconds: Readonly<Partial<Record<RetentionClass, number | null>>>,
  now: Date,
): T[] {
  const newest = artefacts.reduce((latest, { time }) => Math.max(latest, time.getTime()), -Infinity);
  return artefacts.filter((artefact) => {
    const seconds = retentionSeconds[artefact.class] ?? null;
    const time = artefact.time.getTime();
    return seconds !== null && time < newest && now.getTime() - time >= seconds * 1_000;
  });
}

/** The classes that have periods to fill: `hourly`, where it is kept, is the lowest and takes what is left. */
type PeriodClass = Exclude<RetentionClass, "hourly">;

/** A text that is the same for all moments of one calendar period in UTC. */
function periodOf(retentionClass: PeriodClass, time: Date): string {
  const iso = time.toISOString();
  switch (retentionClass) {
    case "daily":
      return iso.slice(0, -14);
    case "weekly":
      // ISO weeks begin on Monday; 1970-01-01 was a Thursday.
      return String(Math.floor((Math.floor(time.getTime() / dayMs) + 3) / 7));
    case "monthly":
      return iso.slice(0, -17);
    case "yearly":
      return iso.slice(0, -20);
  }
}
