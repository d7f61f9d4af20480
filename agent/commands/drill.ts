import { randomInt } from "node:crypto";
import { newBackupId } from "../backup-id.js";
import { absence, readOverview, refuseUnreadable, sizeOf, type Backup, type Overview } from "../backup-overview.js";
import { say } from "../console.js";
import { rehearsals, type Rehearse } from "../drill/rehearse.js";
import type { Rehearsal } from "../drill/rehearsal.js";
import { writeRecord, type DrillRecord } from "../drill/record.js";
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

const picks = ["newest", "random", "oldest"] as const;
type Pick = (typeof picks)[number];

/** How far one drill came. */
interface Attempt {
  readonly copy: StoredBackup | undefined;
  readonly rehearsal: Rehearsal | undefined;
  readonly rtoSeconds: number | null;
  readonly problems: readonly string[];
}

/** Restores one artefact into a scratch place, never into the source, and leaves a record of how it went. */
export async function drill(context: RunContext, options: Options): Promise<Outcome> {
  const { config } = context;
  const rehearse = rehearsals[config.source.kind];
  const pick = picks.find((each) => each === (options["pick"] ?? "newest"));
  const problems: string[] = [];
  if (options["identity"] === undefined)
    problems.push("--identity must be given (age), got nothing; write --identity FILE");
  if (pick === undefined) {
    const got = JSON.stringify(options["pick"]);
    problems.push(`--pick must be one of ${picks.join(", ")} (the agent), got ${got}; write one of them`);
  }
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
function choose(overview: Overview, pick: Pick, { config }: RunContext, now: Date): Backup {
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
  pick: Pick,
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

function missed(name: string, seconds: number | null, target: number | undefined): string[] {
  if (seconds === null || target === undefined || seconds <= target) return [];
  return [`${name} missed: ${String(seconds)} seconds, the target is ${String(target)}`];
}

function outcomeOf(record: DrillRecord, store: string | undefined): Outcome {
  const { passed, problems, rtoSeconds, rpoSeconds, targets, rowCounts, checks } = record;
  const figures = { drill: record.id, pick: record.pick, rtoSeconds, rpoSeconds, targets, rowCounts, checks, problems };
  const counted = Object.keys(rowCounts.found).length;
  const proven = `restored in ${String(rtoSeconds)} seconds; ${counted} counts and ${checks.length} checks are right`;
  const message = passed ? proven : problems.join("; ");
  const about = { ...figures, id: record.backup, class: record.class ?? undefined, record: store ?? null };
  if (store !== undefined) return { ...about, exitCode: passed ? 0 : 3, message };
  return { ...about, exitCode: passed ? 1 : 3, message: `${message}; no store takes the drill's record` };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
