import { parseDuration, wholeDays } from "./duration.js";
import type { Environment } from "./environment-types.js";

/** What a managed database service is asked to keep, in whole days. */
export interface DatabaseDays {
  /** Longest retention of the classes that a daily automated backup can serve (hourly and daily). */
  readonly daily: number;
  /** Window in which any moment can be restored; 0 where the environment asks none. */
  readonly pitr: number;
}

/** Reads the `postgres` row of the environment's matrix as a managed service understands it. */
export function databaseDays(environment: Environment): DatabaseDays {
  const retention = environment.matrix["postgres"]?.retention ?? {};
  return {
    daily: Math.max(toDays(retention.hourly), toDays(retention.daily)),
    pitr: retention.pitr === "none" ? 0 : toDays(retention.pitr),
  };
}

function toDays(text: string | undefined): number {
  if (text === undefined) return 0;
  return text === "forever" ? Infinity : wholeDays(parseDuration(text));
}
