import { mkdirSync } from "node:fs";
import { randomInt } from "node:crypto";
import type { AgentDrill, PgBackRestSource } from "../../components/model/agent-config.js";
import { AgentFailure } from "../failure.js";
import { interruption } from "../interruption.js";
import { Scratch } from "../scratch.js";
import { query } from "../sources/postgres-connection.js";
import { refuseOtherVersion, type Recovered, withRecovered } from "./archive-server.js";
import { type BaseBackup, PgBackRest, type RepositoryContents } from "./pgbackrest.js";
import { checkProblems, runChecks } from "./postgres-checks.js";
import type { CheckResult } from "./rehearsal.js";
import type { DrillPick, RecordedRecovery } from "./record.js";

/** How one repository was restored. */
export interface ArchiveRehearsal {
  readonly recovery: RecordedRecovery;
  /** The newest moment that this restore has shown to be there. */
  readonly restorable: Date | undefined;
  readonly checks: readonly CheckResult[];
  readonly problems: readonly string[];
}

/** What a drill asks of every repository. */
export interface ArchivePlan {
  readonly source: PgBackRestSource;
  readonly drill: AgentDrill;
  /** Age from which the newest base backup is stale. */
  readonly mostAgeSeconds: number;
  readonly started: Date;
  /** Undefined: the end of the archive. */
  readonly target: Date | undefined;
  /** Where scratch places are made; absent: in the usual place. */
  readonly parent: string | undefined;
}

/** A repository and what it says that it holds. */
export interface OpenRepository {
  readonly name: string;
  readonly number: number;
  readonly contents: RepositoryContents | undefined;
  /** Why that is not known. */
  readonly problem: string | undefined;
}

/** Asks a repository what it holds; one whose content is wrong is told as a problem. */
export async function openRepository(
  source: PgBackRestSource,
  index: number,
  scratch: Scratch,
): Promise<OpenRepository> {
  const about = { name: source.repositories[index] ?? "", number: index + 1 };
  try {
    const contents = await new PgBackRest(source, index + 1, scratch).contents();
    return { ...about, contents, problem: undefined };
  } catch (error) {
    return { ...about, contents: undefined, problem: contentProblem(error) };
  }
}

/** A moment that every repository must be able to give; undefined: each its newest. */
export function chooseMoment(
  pick: DrillPick,
  repositories: readonly OpenRepository[],
  windowSeconds: number,
  now: Date,
): Date | undefined {
  if (pick === "newest") return undefined;
  const firsts = repositories.flatMap(({ contents }) => contents?.backups[0]?.stop.getTime() ?? []);
  // A base backup gives the moments after its end, of which the whole second is known.
  const first = Math.max(now.getTime() - windowSeconds * 1000, ...firsts.map((stop) => stop + 1000));
  const rest = Math.max(0, Math.floor((now.getTime() - first) / 1000));
  return new Date(pick === "oldest" ? first : first + randomInt(rest + 1) * 1000);
}

/** Restores one repository into a place of its own, recovers it to the moment, and asks it. */
export async function rehearseArchive(repository: OpenRepository, plan: ArchivePlan): Promise<ArchiveRehearsal> {
  const { source, target } = plan;
  const began = process.hrtime.bigint();
  const nothing = { store: repository.name, target: target?.toISOString() ?? null };
  const { contents } = repository;
  if (contents === undefined) return failed(nothing, undefined, repository.problem ?? "");
  const backup = baseOf(contents.backups, target);
  if (backup === undefined) return failed(nothing, undefined, "no base backup ended before the moment");
  const scratch = await Scratch.make(plan.parent);
  try {
    await refuseOtherVersion(contents);
    const data = scratch.path("data");
    mkdirSync(data, { mode: 0o700 });
    const program = new PgBackRest(source, repository.number, scratch);
    await program.restore(backup, data);
    const recovery = { source, repository: program, contents, data, target, scratch };
    return await withRecovered(recovery, async (variables, recovered) => {
      const database = source.database ?? "postgres";
      await query({ ...variables, PGDATABASE: database }, "SELECT 1");
      const checks = await runChecks(plan.drill.checks ?? [], (name = database) => ({
        ...variables,
        PGDATABASE: name,
      }));
      const rtoSeconds = Number(process.hrtime.bigint() - began) / 1e9;
      const { lastTransaction } = recovered;
      const restorable = new Date(Math.max(lastTransaction?.getTime() ?? 0, backup.stop.getTime()));
      const lag =
        lastTransaction === undefined ? null : ((target ?? plan.started).getTime() - lastTransaction.getTime()) / 1000;
      return {
        recovery: {
          ...nothing,
          backup: backup.label,
          lastTransactionAt: lastTransaction?.toISOString() ?? null,
          lagSeconds: lag,
          rtoSeconds: Math.round(rtoSeconds * 1000) / 1000,
        },
        restorable,
        checks,
        problems: [...recoveryProblems(recovered, target), ...ageProblems(contents, plan), ...checkProblems(checks)],
      };
    });
  } catch (error) {
    return failed(nothing, backup.label, contentProblem(error));
  } finally {
    scratch.remove();
  }
}

/** The newest base backup from which the moment can be reached. */
function baseOf(backups: readonly BaseBackup[], target: Date | undefined): BaseBackup | undefined {
  return backups.filter(({ stop }) => target === undefined || stop < target).at(-1);
}

function recoveryProblems(
  { lastTransaction, lastSegment, newestSegment, atTarget }: Recovered,
  target: Date | undefined,
): string[] {
  const problems: string[] = [];
  if (target !== undefined && lastTransaction !== undefined && lastTransaction > target) {
    problems.push(`recovery went on to ${lastTransaction.toISOString()}, past ${target.toISOString()}`);
  }
  // PostgreSQL takes a file that it does not get for the end of the log.
  if (!atTarget && lastSegment < newestSegment) {
    const missing = `recovery ended ${String(newestSegment - lastSegment)} files before the archive does`;
    problems.push(`${missing}: one between is missing or cannot be read`);
  }
  return problems;
}

function ageProblems({ backups }: RepositoryContents, { mostAgeSeconds, started }: ArchivePlan): string[] {
  const newest = backups.at(-1);
  if (newest === undefined) return [];
  const age = Math.round((started.getTime() - newest.stop.getTime()) / 1000);
  const faulty = `the base backup ${newest.label} has pages with wrong checksums (pgBackRest)`;
  return [
    ...(age > mostAgeSeconds
      ? [`the newest base backup is stale: ${String(age)} seconds old; it may be ${String(mostAgeSeconds)}`]
      : []),
    ...(newest.faulty ? [faulty] : []),
  ];
}

function failed(
  about: { readonly store: string; readonly target: string | null },
  backup: string | undefined,
  problem: string,
): ArchiveRehearsal {
  const recovery = { ...about, backup: backup ?? null, lastTransactionAt: null, lagSeconds: null, rtoSeconds: null };
  return { recovery, restorable: undefined, checks: [], problems: [problem] };
}

/** Only wrong content is a finding of a drill; everything else ends it. */
function contentProblem(error: unknown): string {
  interruption.throwIfAborted();
  if (error instanceof AgentFailure && error.exitCode === 3) return error.message;
  throw error;
}
