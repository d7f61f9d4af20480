import { AgentFailure } from "../failure.js";

/** Seconds that a replica may be behind unless the configuration says otherwise. */
const defaultMostLagSeconds = 300;

/**
 * Seconds of what a server may lack: 0 for a primary, and for a replica that has applied all that it gets from a sender
 * it is connected to. Any other replica may be as old as the last transaction that it has applied: nobody there knows
 * whether the primary has done nothing since, or cannot be reached. It says `unknown` where it has applied none.
 */
const lagQuery = `SELECT CASE
  WHEN NOT pg_is_in_recovery() THEN '0'
  WHEN EXISTS (SELECT FROM pg_stat_get_wal_receiver() WHERE pid IS NOT NULL)
    AND pg_last_wal_receive_lsn() <= pg_last_wal_replay_lsn() THEN '0'
  ELSE coalesce(ceil(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()))::text, 'unknown')
END`;

/** Refuses a replica that is too far behind: its dump would be old data with today's date. */
export async function refuseLag(
  ask: (sql: string) => Promise<string>,
  mostLagSeconds: number = defaultMostLagSeconds,
): Promise<void> {
  const lag = await ask(lagQuery);
  if (lag !== "unknown" && Number(lag) <= mostLagSeconds) return;
  const rule = `the replica must be at most ${String(mostLagSeconds)} seconds behind its primary (source.mostLagSeconds)`;
  const got = lag === "unknown" ? "one that has applied no transaction and gets none" : `${lag} seconds`;
  throw new AgentFailure(1, `${rule}, got ${got}; see whether it is still connected and replay is not paused`);
}
