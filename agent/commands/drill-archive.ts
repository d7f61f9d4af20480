import type { PgBackRestSource } from "../../components/model/agent-config.js";
import { newBackupId } from "../backup-id.js";
import { say } from "../console.js";
import {
  type ArchiveRehearsal,
  chooseMoment,
  openRepository,
  type OpenRepository,
  rehearseArchive,
} from "../drill/archive.js";
import { missed, outcomeOf, readPick, rounded } from "../drill/outcome.js";
import { refuseRoot } from "../drill/postgres-checks.js";
import { type DrillPick, type DrillRecord, writeRecord } from "../drill/record.js";
import { configurationFailure } from "../failure.js";
import type { Outcome } from "../result.js";
import type { RunContext } from "../run-context.js";
import { Scratch } from "../scratch.js";
import { signerFor } from "../signing-key.js";
import { agentVersion } from "../version.js";
import type { Options } from "./command.js";

/** Recovers one moment from every repository of an archive, one after the other, and leaves a record of how it went. */
export async function drillArchive(context: RunContext, source: PgBackRestSource, options: Options): Promise<Outcome> {
  const { config } = context;
  const { pick, problems } = readPick(options);
  if (options["identity"] !== undefined)
    problems.push(
      "--identity must be left out for pgbackrest (the agent), got a value; its passphrase is in PGBACKREST_REPO1_CIPHER_PASS",
    );
  if (pick === undefined || problems.length > 0) throw configurationFailure(problems);
  refuseRoot();
  const signer = signerFor("drill", config);
  const started = new Date();
  const parent = typeof options["scratch"] === "string" ? options["scratch"] : undefined;
  const repositories = await openAll(source, parent);
  const plan = {
    source,
    drill: config.drill ?? {},
    mostAgeSeconds: config.drill?.maxArtefactAgeSeconds ?? config.maxAgeSeconds ?? Infinity,
    started,
    target: chooseMoment(pick, repositories, source.windowSeconds, started),
    parent,
  };
  const rehearsals: ArchiveRehearsal[] = [];
  // One after the other: each needs the room of the whole server.
  for (const repository of repositories) rehearsals.push(await rehearseArchive(repository, plan));
  const record = recordOf(context, rehearsals, pick, started, plan.target);
  for (const problem of record.problems) say(problem);
  const outcome = outcomeOf(record, await writeRecord(context, record, signer));
  return { ...outcome, recoveries: record.recoveries };
}

async function openAll(source: PgBackRestSource, parent: string | undefined): Promise<OpenRepository[]> {
  const scratch = await Scratch.make(parent);
  try {
    const opened: OpenRepository[] = [];
    for (const index of source.repositories.keys()) opened.push(await openRepository(source, index, scratch));
    return opened;
  } finally {
    scratch.remove();
  }
}

function recordOf(
  { config }: RunContext,
  rehearsals: readonly ArchiveRehearsal[],
  pick: DrillPick,
  started: Date,
  target: Date | undefined,
): DrillRecord {
  const { drill: terms = {} } = config;
  const recoveries = rehearsals.map(({ recovery }) => recovery);
  const several = rehearsals.length > 1;
  const told = (store: string, text: string): string => (several ? `${store}: ${text}` : text);
  const problems = rehearsals.flatMap(({ recovery, problems: own }) => own.map((text) => told(recovery.store, text)));
  const restorable = rehearsals.flatMap((each) => each.restorable?.getTime() ?? []);
  const whole = restorable.length === rehearsals.length;
  // The worst of them all is what is promised.
  const oldest = whole ? new Date(Math.min(...restorable)) : undefined;
  const rtoSeconds = whole ? Math.max(...recoveries.map((recovery) => recovery.rtoSeconds ?? 0)) : null;
  const rpoSeconds =
    pick === "newest" && oldest !== undefined ? rounded((started.getTime() - oldest.getTime()) / 1000) : null;
  problems.push(...missed("RTO", rtoSeconds, terms.rtoSeconds), ...missed("RPO", rpoSeconds, terms.rpoSeconds));
  const first = recoveries.find((recovery) => recovery.rtoSeconds !== null);
  return {
    version: 1,
    id: newBackupId(started),
    environment: config.environment,
    asset: config.asset,
    backup: first?.backup ?? recoveries[0]?.backup ?? "none",
    class: null,
    store: first?.store ?? null,
    pick,
    startedAt: started.toISOString(),
    finishedAt: new Date().toISOString(),
    dataAt: (whole ? (target ?? oldest) : undefined)?.toISOString() ?? null,
    passed: problems.length === 0,
    problems,
    rtoSeconds,
    rpoSeconds,
    targets: { rtoSeconds: terms.rtoSeconds ?? null, rpoSeconds: terms.rpoSeconds ?? null },
    rowCounts: { expected: {}, found: {} },
    checks: rehearsals.flatMap(({ recovery, checks }) =>
      checks.map((check) => ({ ...check, name: told(recovery.store, check.name) })),
    ),
    recoveries,
    agentVersion,
  };
}
