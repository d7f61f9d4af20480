import { randomInt } from "node:crypto";
import { newBackupId } from "../backup-id.js";
import { absence, readOverview, refuseUnreadable, sizeOf, type Backup, type Overview } from "../backup-overview.js";
import { say } from "../console.js";
import { rehearsals, type Rehearse } from "../drill/rehearse.js";
import type { Rehearsal } from "../drill/rehearsal.js";
import { missed, outcomeOf, readPick, rounded } from "../drill/outcome.js";
import { writeRecord, type DrillPick, type DrillRecord } from "../drill/record.js";
import { AgentFailure, configurationFailure } from "../failure.js";
import { readIdentities } from "../identities.js";
import { interruption } from "../interruption.js";
import type { Outcome } from "../result.js";
import type { RunContext } from "../run-context.js";
import { Scratch } from "../scratch.js";
import { signerFor } from "../signing-key.js";
import type { StoredBackup } from "../stored-backup.js";
import { verifiedCopy } from "../verified-copy.js";
import { agentVersion } from "../version.js";
import type { Options } from "./command.js";
import { drillArchive } from "./drill-archive.js";

/** How far one drill came. */
interface Attempt {
  readonly copy: StoredBackup | undefined;
  readonly rehearsal: Rehearsal | undefined;
  readonly rtoSeconds: number | null;
  readonly problems: readonly string[];
}

/** Restores one artefact or archive into a scratch place, never into the source, and leaves a record of how it went. */
export async function drill(context: RunContext, options: Options): Promise<Outcome> {
  const { source } = context.config;
  return source.kind === "pgbackrest" ? drillArchive(context, source, options) : drillArtefact(context, options);
}

async function drillArtefact(context: RunContext, options: Options): Promise<Outcome> {
  const { config } = context;
  const rehearse = rehearsals[config.source.kind];
  const { pick, problems } = readPick(options);
  if (options["identity"] === undefined)
    problems.unshift("--identity must be given (age), got nothing; write --identity FILE");
  if (rehearse === undefined) {
    const known = Object.keys(rehearsals).join(", ");
    const advice = "restore it with restore --output and look at it";
    problems.push(`source.kind must be one of ${known} for drill (the agent), got ${config.source.kind}; ${advice}`);
  }
  if (config.source.kind === "command" && config.drill?.command === undefined) {
    const advice = "name a program that reads the output on stdin, and ends with 0 when it is right";
    problems.push(`drill.command must be given to drill a command (the agent), got nothing; ${advice}`);
  }
  if (pick === undefined || rehearse === undefined || problems.length > 0) throw configurationFailure(problems);
  const signer = signerFor("drill", config);
  const identities = await readIdentities(String(options["identity"]));
  const started = new Date();
  const overview = await readOverview(context);
  refuseUnreadable(overview);
  const backup = choose(overview, pick, context, started);
  const scratch = await Scratch.make(typeof options["scratch"] === "string" ? options["scratch"] : undefined);
  try {
    const attempt = await attemptDrill(context, overview, backup, rehearse, identities, scratch);
    const record = recordOf(context, backup, attempt, pick, started);
    for (const problem of record.problems) say(`${backup.id}: ${problem}`);
    const store = await writeRecord(context, record, signer);
    return {
      ...outcomeOf(record, store),
      bytes: sizeOf({ manifest: attempt.copy?.manifest }),
      stores: overview.stores,
    };
  } finally {
    scratch.remove();
  }
}

/** Newest and random ones may be bad: that is what a drill is for. Those whose time is over are promised no more. */
function choose(overview: Overview, pick: DrillPick, { config }: RunContext, now: Date): Backup {
  const { backups } = overview;
  const promised = backups.filter(({ copies }, index) => {
    const first = copies[0];
    const seconds = first === undefined ? null : (config.retention[first.class] ?? null);
    const age = now.getTime() - (first?.time.getTime() ?? 0);
    return index === backups.length - 1 || seconds === null || age < seconds * 1000;
  });
  const index = { newest: promised.length - 1, oldest: 0, random: randomInt(Math.max(1, promised.length)) }[pick];
  const chosen = promised[index];
  if (chosen === undefined) throw absence(overview, "there is no backup");
  return chosen;
}

async function attemptDrill(
  { config }: RunContext,
  overview: Overview,
  backup: Backup,
  rehearse: Rehearse,
  identities: readonly string[],
  scratch: Scratch,
): Promise<Attempt> {
  const began = process.hrtime.bigint();
  let copy: StoredBackup | undefined;
  try {
    copy = await verifiedCopy(overview, backup);
    const { manifest } = copy;
    if (manifest === undefined) throw new Error("a backup without manifest was chosen");
    const rehearsal = await rehearse({ config, copy, manifest, identities, scratch });
    const rtoSeconds = rounded(Number(process.hrtime.bigint() - began) / 1e9);
    return { copy, rehearsal, rtoSeconds, problems: rehearsal.problems };
  } catch (error) {
    interruption.throwIfAborted();
    if (!(error instanceof AgentFailure) || error.exitCode !== 3) throw error;
    return { copy, rehearsal: undefined, rtoSeconds: null, problems: [error.message] };
  }
}

function recordOf(
  { config }: RunContext,
  backup: Backup,
  { copy, rehearsal, rtoSeconds, problems }: Attempt,
  pick: DrillPick,
  started: Date,
): DrillRecord {
  const manifest = copy?.manifest;
  const age = manifest === undefined ? null : rounded((started.getTime() - Date.parse(manifest.startedAt)) / 1000);
  const rpoSeconds = pick === "newest" ? age : null;
  const { drill: terms = {}, maxAgeSeconds } = config;
  const all = [...problems];
  const mostAge = terms.maxArtefactAgeSeconds ?? maxAgeSeconds ?? Infinity;
  if (rpoSeconds !== null && rpoSeconds > mostAge) {
    all.push(`the artefact is stale: ${String(rpoSeconds)} seconds old; it may be ${String(mostAge)}`);
  }
  all.push(...missed("RTO", rtoSeconds, terms.rtoSeconds), ...missed("RPO", rpoSeconds, terms.rpoSeconds));
  return {
    version: 1,
    id: newBackupId(started),
    environment: config.environment,
    asset: config.asset,
    backup: backup.id,
    class: backup.copies[0]?.class ?? null,
    store: copy?.store.name ?? null,
    pick,
    startedAt: started.toISOString(),
    finishedAt: new Date().toISOString(),
    dataAt: manifest?.startedAt ?? null,
    passed: all.length === 0,
    problems: all,
    rtoSeconds,
    rpoSeconds,
    targets: { rtoSeconds: terms.rtoSeconds ?? null, rpoSeconds: terms.rpoSeconds ?? null },
    rowCounts: { expected: manifest?.rowCounts ?? {}, found: rehearsal?.rowCounts ?? {} },
    checks: rehearsal?.checks ?? [],
    agentVersion,
  };
}
