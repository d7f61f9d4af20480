import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PgBackRestSource } from "../../components/model/agent-config.js";
import { run } from "../child.js";
import { AgentFailure, reasonOf } from "../failure.js";
import type { Scratch } from "../scratch.js";
import { majorOf, query, type ConnectionVariables } from "../sources/postgres-connection.js";
import { type PgBackRest, recoveryFailure, type RepositoryContents } from "./pgbackrest.js";
import { withServer } from "./throw-away-server.js";
import { wrongArtefact } from "./unpack.js";

/** Older ones promote themselves without a word when the log ends before the moment that was asked for. */
const oldestMajor = 13;

/** Words of PostgreSQL when the log ends before the moment that was asked for. */
const endedEarly = /recovery ended before configured recovery target was reached/;

/** Words of a server that is not there yet, or no more. */
const notYet = /the database system is |is the server running|closed the connection|connection refused/i;

/** Where recovery ended. */
export interface Recovered {
  /** When the last transaction that was replayed ended; undefined: there was none since the base backup. */
  readonly lastTransaction: Date | undefined;
  /** The file of the log in which the last record was, and the last file, both counted from the log's beginning. */
  readonly lastSegment: number;
  readonly newestSegment: number;
  /** Whether it ended at the moment that was asked for, and not where the log does. */
  readonly atTarget: boolean;
}

/** What is restored, and how far its log is replayed. */
export interface Recovery {
  readonly source: PgBackRestSource;
  readonly repository: PgBackRest;
  readonly contents: RepositoryContents;
  readonly data: string;
  /** Undefined: to the end of the archive. */
  readonly target: Date | undefined;
  readonly scratch: Scratch;
}

/** Refuses programs that cannot open what the repository holds, before anything is restored. */
export async function refuseOtherVersion({ version }: RepositoryContents): Promise<void> {
  const own = majorOf(await run("postgres", ["--version"], {}));
  if (version < oldestMajor) {
    const rule = `drill must have an archive of PostgreSQL ${String(oldestMajor)} or newer (the agent)`;
    throw new AgentFailure(2, `${rule}, got ${String(version)}; restore it by hand`);
  }
  if (own === version) return;
  const rule = `drill must run PostgreSQL ${String(version)}, as the archived server (PostgreSQL)`;
  throw new AgentFailure(2, `${rule}, got ${String(own)}; use an image with that version`);
}

/**
 * Replays the log on a server that reaches nobody but the archive, which it reads, and that nobody else reaches; uses it
 * when it has been promoted. Where no transaction is as late as the moment asked for, the log is replayed to its end.
 */
export async function withRecovered<Result>(
  recovery: Recovery,
  use: (variables: ConnectionVariables, recovered: Recovered) => Promise<Result>,
): Promise<Result> {
  forgetProduction(recovery);
  try {
    return await serve(recovery, use).catch((error: unknown) => {
      const ended = error instanceof AgentFailure && endedEarly.test(error.message);
      if (recovery.target === undefined || !ended) throw error;
      return serve({ ...recovery, target: undefined }, use);
    });
  } catch (error) {
    const told = recoveryFailure(error);
    if (told !== error) throw told;
    return wrongArtefact(error);
  }
}

/** Nothing of the archived server's settings is left: they may name its replicas, its archive, its folders, its memory. */
function forgetProduction({ data, scratch }: Recovery): void {
  writeFileSync(join(data, "postgresql.auto.conf"), "");
  rmSync(join(data, "standby.signal"), { force: true });
  writeFileSync(join(data, "recovery.signal"), "");
  writeFileSync(scratch.path("postgresql.conf"), "");
  writeFileSync(scratch.path("pg_ident.conf"), "");
  writeFileSync(scratch.path("pg_hba.conf"), "local all all trust\n");
}

async function serve<Result>(
  recovery: Recovery,
  use: (variables: ConnectionVariables, recovered: Recovered) => Promise<Result>,
): Promise<Result> {
  const { source, repository, contents, data, target, scratch } = recovery;
  const { folder } = scratch;
  scratch.socketPath(".s.PGSQL.5432");
  const prepared = await preparedTransactions(data);
  const settings = Object.entries({
    ...source.settings,
    // What the log needs to be replayed.
    max_prepared_transactions: String(
      Math.max(prepared, Number(source.settings?.["max_prepared_transactions"] ?? prepared)),
    ),
    config_file: scratch.path("postgresql.conf"),
    hba_file: scratch.path("pg_hba.conf"),
    ident_file: scratch.path("pg_ident.conf"),
    listen_addresses: "",
    // Nothing goes into production's repository, nor to those who subscribe to it or to whom it subscribes.
    archive_mode: "off",
    archive_command: "",
    max_wal_senders: "0",
    max_logical_replication_workers: "0",
    restore_command: repository.archiveGet(data),
    recovery_target_timeline: "latest",
    recovery_target_action: "promote",
    // Neither T nor Z: zones with names are not known yet when it is read.
    ...(target === undefined
      ? {}
      : { recovery_target_time: target.toISOString().replace("T", " ").replace("Z", "+00") }),
    // Nobody is let in before it has been promoted.
    hot_standby: "off",
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const variables = { PGHOST: folder, PGPORT: "5432", PGUSER: source.user ?? "postgres" };
  const base = { ...variables, PGDATABASE: "template1" };
  const answers = async (): Promise<boolean> => {
    try {
      return (await query(base, "SELECT pg_is_in_recovery()")) === "f";
    } catch (error) {
      // Another refusal stays one: whoever asks next tells it.
      return !notYet.test(reasonOf(error));
    }
  };
  const args = ["-D", data, "-k", folder, "-p", "5432", ...settings];
  const server = {
    program: "postgres",
    args,
    stopSignal: "SIGQUIT",
    scratch,
    variables: repository.variables,
  } as const;
  return withServer(server, answers, async () => {
    const recovered = await lastReplayed(base, contents.newestWal, target !== undefined);
    return use(variables, recovered);
  });
}

/** Prepared transactions that the archived server allowed: with fewer the log cannot be replayed. */
async function preparedTransactions(data: string): Promise<number> {
  const control = await run("pg_controldata", [data], {});
  return Number(/^max_prepared_xacts setting:\s*(\d+)/m.exec(control)?.[1] ?? 0);
}

async function lastReplayed(base: ConnectionVariables, newestWal: string, atTarget: boolean): Promise<Recovered> {
  const sql =
    "SELECT extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000, pg_last_wal_replay_lsn() - '0/0'::pg_lsn, setting FROM pg_settings WHERE name = 'wal_segment_size'";
  const [time = "", position = "", size = ""] = (await query(base, sql)).split("|");
  const segmentBytes = Number(size);
  // Its name: the timeline, and the number in two parts, of which the first counts in 4 GiB.
  const high = Number.parseInt(newestWal.slice(8, 16), 16);
  const low = Number.parseInt(newestWal.slice(16), 16);
  return {
    lastTransaction: time === "" ? undefined : new Date(Math.floor(Number(time))),
    // The position is that behind the last record; of a file that is full it is the next one's beginning.
    lastSegment: Math.floor((Number(position) - 1) / segmentBytes),
    newestSegment: high * (2 ** 32 / segmentBytes) + low,
    atTarget,
  };
}
