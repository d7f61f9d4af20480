import { setTimeout as delay } from "node:timers/promises";
import type { VolumeSnapshotsSource } from "../../components/model/agent-config.js";
import { classOf, type RetentionClass, retentionClasses } from "../../components/model/retention.js";
import { newBackupId } from "../backup-id.js";
import { say } from "../console.js";
import { AgentFailure, configurationFailure, reasonOf } from "../failure.js";
import { interruption } from "../interruption.js";
import type { Outcome } from "../result.js";
import type { RunContext } from "../run-context.js";
import { type Claim, SnapshotApi } from "../snapshots/snapshot-api.js";
import { removable, type VolumeSnapshot } from "../snapshots/volume-snapshot.js";
import type { Options } from "./command.js";

const pollMilliseconds = 2000;
const defaultReadySeconds = 600;
/** A name of Kubernetes has 253 characters; the id and a dash take 26. */
const claimPartLength = 227;

/** A snapshot that this run asked for. */
interface Asked {
  readonly claim: string;
  readonly name: string;
  readonly class: RetentionClass;
}

/** Takes a snapshot of each claim, waits until it is ready, and then removes what has expired of the same claim. */
export async function snapshot({ config }: RunContext, options: Options): Promise<Outcome> {
  const { source } = config;
  if (source.kind !== "volume-snapshots")
    throw configurationFailure([
      `source.kind must be volume-snapshots for snapshot (the agent), got ${source.kind}; run the command backup`,
    ]);
  const dryRun = options["dry-run"] === true;
  const api = new SnapshotApi(source, config.asset);
  try {
    const claims = await api.claims();
    if (claims.length === 0) throw new AgentFailure(1, `no claim of ${source.namespace} has the labels asked for`);
    const now = new Date();
    const kept = retentionClasses.filter((name) => config.retention[name] !== undefined);
    const before = await api.snapshots();
    const asked = claims.filter(({ problem }) => problem === undefined).map(({ name }) => ask(name, before, kept, now));
    const problems = claims.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]));
    if (dryRun) {
      const removed = asked.flatMap(({ claim }) => removable(of(before, claim), config.retention, now));
      return outcome(claims, problems, asked, removed.map(nameOf), [], dryRun);
    }
    for (const { name, claim, class: retentionClass } of asked) {
      await api.create(name, claim, retentionClass);
      say(`${claim}: asked for ${name} (${retentionClass})`);
    }
    const after = await untilReady(api, source, asked);
    problems.push(...asked.flatMap((one) => problemOf(one, after)));
    const removed: string[] = [];
    for (const one of asked) {
      // A claim whose snapshot failed keeps all that it has.
      if (problemOf(one, after).length > 0) continue;
      for (const old of removable(of(after, one.claim), config.retention, now)) {
        await api.remove(old);
        say(`${old.claim}: removed ${old.name} (${old.class})`);
        removed.push(old.name);
      }
    }
    const orphans = await api.orphans();
    for (const orphan of orphans) say(`${orphan}: its VolumeSnapshot is gone; its data is still there and billed`);
    return outcome(claims, problems, asked, removed, orphans, dryRun);
  } finally {
    api.close();
  }
}

function ask(claim: string, before: readonly VolumeSnapshot[], kept: readonly RetentionClass[], now: Date): Asked {
  const counted = of(before, claim).filter(({ ready }) => ready);
  const name = `${claim.slice(0, claimPartLength)}-${newBackupId(now).toLowerCase()}`;
  return { claim, name, class: classOf(now, counted, kept) };
}

/** Waits for all at once; what is not ready in time is told by its own last complaint. */
async function untilReady(
  api: SnapshotApi,
  source: VolumeSnapshotsSource,
  asked: readonly Asked[],
): Promise<VolumeSnapshot[]> {
  const names = new Set(asked.map(({ name }) => name));
  const end = Date.now() + (source.readyTimeoutSeconds ?? defaultReadySeconds) * 1000;
  for (;;) {
    const all = await api.snapshots();
    const waiting = names.size - all.filter(({ name, ready }) => names.has(name) && ready).length;
    if (waiting === 0 || Date.now() >= end) return all;
    try {
      await delay(pollMilliseconds, undefined, { signal: interruption });
    } catch (error) {
      interruption.throwIfAborted();
      throw new AgentFailure(1, reasonOf(error));
    }
  }
}

function problemOf({ claim, name }: Asked, after: readonly VolumeSnapshot[]): string[] {
  const found = after.find((one) => one.name === name);
  if (found?.ready === true) return [];
  const reason = found === undefined ? "it was deleted" : (found.error ?? "the storage system does not answer");
  return [`${claim}: ${name} is not ready: ${reason}`];
}

function outcome(
  claims: readonly Claim[],
  problems: readonly string[],
  asked: readonly Asked[],
  removed: readonly string[],
  orphans: readonly string[],
  dryRun: boolean,
): Outcome {
  for (const problem of problems) say(problem);
  const done = `${claims.length - problems.length} of ${claims.length} volumes have a new snapshot, ${removed.length} expired`;
  const found = orphans.length === 0 ? "" : `, ${orphans.length} contents have lost theirs`;
  return {
    exitCode: problems.length > 0 ? 1 : 0,
    message: [`${done}${found}`, ...problems].join("; "),
    snapshots: asked.map(nameOf),
    removed,
    orphans,
    dryRun,
  };
}

function of(snapshots: readonly VolumeSnapshot[], claim: string): VolumeSnapshot[] {
  return snapshots.filter((one) => one.claim === claim);
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}
