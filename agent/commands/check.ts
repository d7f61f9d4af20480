import { readOverview, sizeOf, type Backup, type Overview } from "../backup-overview.js";
import { chainProblems } from "../chain.js";
import { say } from "../console.js";
import { newestDrills } from "../drill/newest-record.js";
import { reasonOf } from "../failure.js";
import { verifyPart } from "../part-reader.js";
import type { Outcome } from "../result.js";
import type { RunContext } from "../run-context.js";
import type { StoredBackup } from "../stored-backup.js";
import type { Options } from "./command.js";

/** Something that is not as it must be. */
interface Finding {
  readonly id?: string;
  readonly store?: string;
  readonly message: string;
}

/** Clocks of two machines may differ by so much. */
const clockToleranceSeconds = 300;
/** Backups before the newest whose median is the size to expect. */
const comparedSizes = 14;
/** A backup of less than this part of the median has lost data. */
const smallestShare = 0.5;
/** Periods between drills after which the newest is too old: one may fail and be repeated. */
const drillPeriods = 2;
/** No dump is smaller than this, not even one of an empty database. */
const smallestPlainBytes = 256;

/** Checks what the stores hold; every finding is told, and any of them makes the exit code 3. */
export async function check(context: RunContext, options: Options): Promise<Outcome> {
  const overview = await readOverview(context);
  const now = new Date();
  const good = overview.backups.filter((backup) => backup.good !== undefined);
  const newest = good.at(-1);
  const drills = await drillReport(context, overview, now);
  const findings: Finding[] = [
    ...ageFindings(newest?.good, context.config.maxAgeSeconds, now),
    ...copyFindings(overview, newest, context, now),
    ...chainProblems(overview.backups, context.config.retention, now),
    ...sizeFindings(good.map((backup) => backup.good).filter((copy) => copy !== undefined)),
    ...(await lockFindings(newest, now)),
    ...drills.findings,
    ...(options["deep"] === true ? await deepFindings(options["all"] === true ? good : good.slice(-1)) : []),
  ];
  for (const { id, store, message } of findings)
    say([id, store, message].filter((part) => part !== undefined).join(": "));
  const failed = overview.stores.filter(({ status }) => status === "failed");
  const exitCode = findings.length > 0 ? 3 : failed.length > 0 ? 1 : 0;
  const reasons = failed.map(({ name, message }) => `; ${name} cannot be read: ${message}`).join("");
  const message = findings.length === 0 ? `${good.length} backups, all as they must be` : summary(findings);
  return {
    exitCode,
    id: newest?.id,
    bytes: newest?.good === undefined ? 0 : sizeOf(newest.good),
    stores: overview.stores,
    message: message + reasons,
    findings,
    ...drills.result,
  };
}

function summary(findings: readonly Finding[]): string {
  const first = findings[0];
  const where = [first?.id, first?.store].filter((part) => part !== undefined).join(" in ");
  const text = where === "" ? (first?.message ?? "") : `${where}: ${first?.message ?? ""}`;
  return findings.length === 1 ? text : `${findings.length} findings, the first: ${text}`;
}

function ageFindings(newest: StoredBackup | undefined, maxAgeSeconds: number | null, now: Date): Finding[] {
  if (newest?.manifest === undefined) return [{ message: "there is no good backup" }];
  const { id } = newest;
  const age = (now.getTime() - Date.parse(newest.manifest.startedAt)) / 1000;
  if (age < -clockToleranceSeconds) return [{ id, message: `it is of the future, ${newest.manifest.startedAt}` }];
  if (maxAgeSeconds === null || age <= maxAgeSeconds) return [];
  return [{ id, message: `the newest backup is ${Math.round(age)} seconds old; it may be ${maxAgeSeconds}` }];
}

/** Copies that do not count, unless their time is over; the newest backup must lie in every store. */
function copyFindings(
  { backups, catalogues }: Overview,
  newest: Backup | undefined,
  { config }: RunContext,
  now: Date,
): Finding[] {
  const bad = backups.flatMap(({ id, copies }) =>
    copies.flatMap(({ store, problem, class: name, time }): Finding[] => {
      const seconds = config.retention[name] ?? null;
      const over = seconds !== null && now.getTime() - time.getTime() >= seconds * 1000;
      return problem === undefined || over ? [] : [{ id, store: store.name, message: problem }];
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
  if (plain < smallestPlainBytes) return [{ id, message: `it holds ${plain} bytes, fewer than any backup has` }];
  const before = good
    .slice(-1 - comparedSizes, -1)
    .map(sizeOf)
    .sort((one, other) => one - other);
  const median = before[Math.floor(before.length / 2)];
  const size = sizeOf(newest);
  if (median === undefined || size >= median * smallestShare) return [];
  return [{ id, message: `it has ${size} bytes; the ${before.length} before it have ${median} (median)` }];
}

async function lockFindings(newest: Backup | undefined, now: Date): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, store, manifest, manifestKey } of newest?.copies ?? []) {
    const promised = manifest?.lockedUntil ?? null;
    if (promised === null || new Date(promised) <= now) continue;
    try {
      const until = await store.lockedUntil(manifestKey);
      // The server keeps whole seconds.
      if (until === "unknown" || (until !== undefined && until.getTime() + 1000 > Date.parse(promised))) continue;
      const found = until === undefined ? "it shows no lock" : `its lock ends ${until.toISOString()}`;
      const advice = "the bucket needs Object Lock and this reader s3:GetObjectRetention";
      findings.push({ id, store: store.name, message: `${found} in place of ${promised}; ${advice}` });
    } catch (error) {
      findings.push({ id, store: store.name, message: `its lock cannot be read: ${reasonOf(error)}` });
    }
  }
  return findings;
}

/** The newest drill and its age, where the configuration says how often drills are made. */
async function drillReport(
  context: RunContext,
  { catalogues }: Overview,
  now: Date,
): Promise<{ readonly findings: readonly Finding[]; readonly result: object }> {
  const every = context.config.drill?.everySeconds;
  if (every === undefined) return { findings: [], result: {} };
  const stores = catalogues.map(({ store }) => store);
  const { newest, passed, bad } = await newestDrills(context, stores);
  const findings: Finding[] = bad.map(({ id, store, problem }) => ({ id, store, message: `drill record: ${problem}` }));
  if (newest?.passed === false) {
    findings.push({ id: newest.id, message: `the newest drill failed: ${newest.problems.join("; ")}` });
  }
  if (passed === undefined) {
    return { findings: [...findings, { message: "there is no drill that passed" }], result: { drill: null } };
  }
  const ageSeconds = Math.round((now.getTime() - Date.parse(passed.startedAt)) / 1000);
  const mostAge = every * drillPeriods;
  if (ageSeconds > mostAge) {
    const message = `the newest drill that passed is ${ageSeconds} seconds old; it may be ${mostAge}`;
    findings.push({ id: passed.id, message });
  }
  const { id, backup, rtoSeconds, rpoSeconds } = passed;
  return { findings, result: { drill: { id, backup, ageSeconds, rtoSeconds, rpoSeconds } } };
}

async function deepFindings(backups: readonly Backup[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, copies } of backups) {
    for (const { store, manifest, problem } of copies) {
      if (problem !== undefined) continue;
      for (const part of manifest?.parts ?? []) {
        await verifyPart(store, part).catch((error: unknown) => {
          findings.push({ id, store: store.name, message: reasonOf(error) });
        });
      }
    }
  }
  return findings;
}
