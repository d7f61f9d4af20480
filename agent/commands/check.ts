import { hidesBackups, isUnread, readOverview, sizeOf, type Backup, type Overview } from "../backup-overview.js";
import { chainProblems } from "../chain.js";
import { drillReport } from "../check/drills.js";
import type { Finding } from "../check/finding.js";
import { freeSpaces, spaceFindings } from "../check/free-space.js";
import { lockFindings } from "../check/locks.js";
import type { CheckFigures } from "../check/metrics.js";
import { reportCheck, reportProblems } from "../check/report.js";
import { clockToleranceSeconds } from "../clocks.js";
import { say } from "../console.js";
import { CopyFailure } from "../copy-failure.js";
import type { DrillRecord } from "../drill/record.js";
import { configurationFailure, reasonOf } from "../failure.js";
import { verifyPart } from "../part-reader.js";
import type { Outcome } from "../result.js";
import type { RunContext } from "../run-context.js";
import type { StoredBackup } from "../stored-backup.js";
import type { Options } from "./command.js";

/** Backups before the newest whose median is the size to expect. */
const comparedSizes = 14;
/** A backup of less than this part of the median has lost data. */
const smallestShare = 0.5;
/** No backup of such a source is smaller, not even of an empty one; a snapshot of etcd has four pages and a hash. */
const smallestPlainBytes: Readonly<Record<string, number>> = {
  postgres: 256,
  "kubernetes-objects": 256,
  etcd: 4 * 4096 + 32,
};

/** Checks what the stores hold; every finding is told, and any of them makes the exit code 3. */
export async function check(context: RunContext, options: Options): Promise<Outcome> {
  const problems = reportProblems(options);
  const archive = context.config.source.kind === "pgbackrest";
  if (archive && context.config.drill?.everySeconds === undefined) {
    const rule = "drill.everySeconds must be given to check pgbackrest (the agent)";
    problems.push(`${rule}, got nothing; its drills are what is checked, pgbackrest check looks at its archive`);
  }
  if (problems.length > 0) throw configurationFailure(problems);
  const overview = await readOverview(context);
  const now = new Date();
  const good = overview.backups.filter((backup) => backup.good !== undefined);
  const newest = good.at(-1);
  const newestBytes = newest?.good === undefined ? 0 : sizeOf(newest.good);
  const looked = options["all"] === true ? good : good.slice(-1);
  const unread = unreadSince(overview, newest);
  const drills = await drillReport(context, overview, now);
  const spaces = await freeSpaces(context.config.stores, newestBytes);
  const findings: Finding[] = [
    // An archive has no artefacts.
    ...(archive ? [] : ageFindings(overview, newest?.good, unread, context.config.maxAgeSeconds, now)),
    ...copyFindings(overview, unread === undefined ? newest : undefined, context, now),
    ...chainProblems(overview, context.config.retention, now),
    // Which one is the newest is not known then.
    ...(unread === undefined
      ? sizeFindings(good.map((backup) => backup.good).filter((copy) => copy !== undefined))
      : []),
    ...(await lockFindings(looked, now)),
    ...drills.findings,
    ...spaceFindings(spaces),
    ...(options["deep"] === true ? await deepFindings(looked) : []),
  ];
  // What is known to be wrong comes first.
  findings.sort((one, other) => Number(one.unread === true) - Number(other.unread === true));
  for (const { id, store, message } of findings)
    say([id, store, message].filter((part) => part !== undefined).join(": "));
  const failed = overview.stores.filter(({ status }) => status === "failed");
  const wrong = findings.some(({ unread }) => unread !== true);
  const exitCode = wrong ? 3 : findings.length + failed.length > 0 ? 1 : 0;
  const reasons = failed.map(({ name, message }) => `; ${name} cannot be read: ${message}`).join("");
  const content = archive ? "the drills are as they must be" : `${good.length} backups, all as they must be`;
  const message = findings.length === 0 ? content : summary(findings);
  const outcome: Outcome = {
    exitCode,
    id: newest?.id,
    bytes: newestBytes,
    stores: overview.stores,
    message: message + reasons,
    findings,
    freeBytes: Object.fromEntries(spaces.map(({ store, freeBytes }) => [store, freeBytes])),
    ...drills.result,
  };
  return reportCheck(outcome, figuresOf(context, overview, outcome, drills.passed), options);
}

function figuresOf(
  { config, stores }: RunContext,
  { backups }: Overview,
  { findings, freeBytes }: Outcome,
  drill: DrillRecord | undefined,
): CheckFigures {
  const good = backups.filter((backup) => backup.good !== undefined);
  const unread = backups.filter(isUnread).length;
  const newest = good.at(-1);
  const manifest = newest?.good?.manifest;
  const holders = (newest?.copies ?? []).filter(({ problem }) => problem === undefined).map(({ store }) => store.name);
  return {
    environment: config.environment,
    asset: config.asset,
    newest: manifest === undefined ? undefined : new Date(manifest.startedAt),
    newestBytes: manifest === undefined ? undefined : sizeOf({ manifest }),
    goodBackups: good.length,
    badBackups: backups.length - good.length - unread,
    unreadBackups: unread,
    findings: (findings as readonly Finding[]).length,
    drilled: drill === undefined ? undefined : new Date(drill.startedAt),
    rtoSeconds: drill?.rtoSeconds ?? undefined,
    copies: Object.fromEntries(stores.map(({ name }) => [name, holders.includes(name)])),
    freeBytes: freeBytes as Readonly<Record<string, number>>,
  };
}

function summary(findings: readonly Finding[]): string {
  const first = findings[0];
  const where = [first?.id, first?.store].filter((part) => part !== undefined).join(" in ");
  const text = where === "" ? (first?.message ?? "") : `${where}: ${first?.message ?? ""}`;
  return findings.length === 1 ? text : `${findings.length} findings, the first: ${text}`;
}

/** The newest backup that cannot be read now, where it is newer than the newest good one. */
function unreadSince({ backups }: Overview, newest: Backup | undefined): Backup | undefined {
  const last = backups.filter((backup) => backup === newest || isUnread(backup)).at(-1);
  return last === newest ? undefined : last;
}

function ageFindings(
  overview: Overview,
  newest: StoredBackup | undefined,
  unread: Backup | undefined,
  maxAgeSeconds: number | null,
  now: Date,
): Finding[] {
  const id = unread?.id ?? newest?.id;
  const time = unread?.copies[0]?.time.toISOString() ?? newest?.manifest?.startedAt;
  const doubt = hidesBackups(overview) ? { unread: true as const } : {};
  if (id === undefined || time === undefined) return [{ message: "there is no good backup", ...doubt }];
  const age = (now.getTime() - Date.parse(time)) / 1000;
  if (age < -clockToleranceSeconds) return [{ id, message: `it is of the future, ${time}` }];
  if (maxAgeSeconds === null || age <= maxAgeSeconds) return [];
  const message = `the newest backup is ${Math.round(age)} seconds old; it may be ${maxAgeSeconds}`;
  return [{ id, message, ...doubt }];
}

/** Copies that do not count, unless their time is over; the newest backup must lie in every store. */
function copyFindings(
  { backups, catalogues }: Overview,
  newest: Backup | undefined,
  { config }: RunContext,
  now: Date,
): Finding[] {
  const bad = backups.flatMap(({ id, copies }) =>
    copies.flatMap(({ store, problem, unread, class: name, time }): Finding[] => {
      const seconds = config.retention[name] ?? null;
      const over = seconds !== null && now.getTime() - time.getTime() >= seconds * 1000;
      if (problem === undefined || over) return [];
      return [{ id, store: store.name, message: problem, ...(unread ? { unread } : {}) }];
    }),
  );
  if (newest === undefined) return bad;
  const missing = catalogues.filter(({ store }) => !newest.copies.some((copy) => copy.store === store));
  return [...bad, ...missing.map(({ store }) => ({ id: newest.id, store: store.name, message: "it is not there" }))];
}

function sizeFindings(good: readonly StoredBackup[]): Finding[] {
  const newest = good.at(-1);
  if (newest?.manifest === undefined) return [];
  const { id } = newest;
  const plain = newest.manifest.parts.reduce((sum, { plainBytes }) => sum + plainBytes, 0);
  if (plain < (smallestPlainBytes[newest.manifest.source.kind] ?? 1))
    return [{ id, message: `it holds ${plain} bytes, fewer than any backup has` }];
  const before = good
    .slice(-1 - comparedSizes, -1)
    .map(sizeOf)
    .sort((one, other) => one - other);
  const median = before[Math.floor(before.length / 2)];
  const size = sizeOf(newest);
  if (median === undefined || size >= median * smallestShare) return [];
  return [{ id, message: `it has ${size} bytes; the ${before.length} before it have ${median} (median)` }];
}

async function deepFindings(backups: readonly Backup[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, copies } of backups) {
    for (const { store, manifest, problem } of copies) {
      if (problem !== undefined) continue;
      for (const part of manifest?.parts ?? []) {
        await verifyPart(store, part).catch((error: unknown) => {
          // Only bytes that came, or that are not there, say something about the backup; a broken connection does not.
          const bad = error instanceof CopyFailure && error.bad;
          findings.push({ id, store: store.name, message: reasonOf(error), ...(bad ? {} : { unread: true }) });
        });
      }
    }
  }
  return findings;
}
