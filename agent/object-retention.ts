import type { AgentConfig } from "../components/model/agent-config.js";
import { wholeDays } from "../components/model/duration.js";
import type { RetentionClass } from "../components/model/retention.js";
import type { ObjectRetention } from "./stores/store.js";

/** An object may be deleted when its class says so, and never before its lock ends. */
export function retentionOf({ retention, lock }: AgentConfig, className: RetentionClass, time: Date): ObjectRetention {
  const kept = retention[className];
  const locked = lock?.seconds[className];
  return {
    lock:
      lock === undefined || locked === undefined
        ? undefined
        : { mode: lock.mode, until: new Date(time.getTime() + locked * 1000) },
    keepDays: typeof kept === "number" ? wholeDays(Math.max(kept, locked ?? 0)) : undefined,
  };
}

/** The terms of the class that is kept longest: what tells about backups must not go before them. */
export function longestRetention(config: AgentConfig, time: Date): ObjectRetention {
  const classes = Object.keys(config.retention) as RetentionClass[];
  const seconds = (name: RetentionClass): number => config.retention[name] ?? Infinity;
  const longest = classes.reduce((one, other) => (seconds(other) > seconds(one) ? other : one));
  return retentionOf(config, longest, time);
}
