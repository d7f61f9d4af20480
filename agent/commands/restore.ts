import type { AgentSource } from "../../components/model/agent-config.js";
import { areRestoreJobs, restoreJobsRule } from "../../components/model/restore-jobs.js";
import { absence, readOverview, refuseUnreadable, sizeOf, type Backup, type Overview } from "../backup-overview.js";
import { configurationFailure } from "../failure.js";
import { readIdentities } from "../identities.js";
import type { Outcome } from "../result.js";
import type { RunContext } from "../run-context.js";
import { restorePostgres } from "../restore/postgres.js";
import { writePlain } from "../restore/plain.js";
import type { StoredBackup } from "../stored-backup.js";
import { fromAnyCopy, verifiedCopy, type ReadCopy } from "../verified-copy.js";
import type { Options } from "./command.js";

/** What people do with a part that was written to a file, for the kinds whose target the agent never touches. */
const afterOutput: Readonly<Record<Exclude<AgentSource["kind"], "postgres" | "pgbackrest">, string>> = {
  "kubernetes-objects": "read it, and give it to kubectl apply -f",
  redis: "put it as dump.rdb into the folder of a stopped server, and start it",
  git: "git clone --mirror FILE, and git push --mirror to a new repository",
  files:
    "and unpack it with tar --extract --numeric-owner --preserve-permissions --acls --xattrs --xattrs-include='*' --file FILE",
  command: "and give it to the program that reads it",
  "volume-snapshots": "and name the VolumeSnapshot as dataSource of a new PersistentVolumeClaim",
  etcd: "and restore it with etcdutl snapshot restore FILE --data-dir NEW",
};

/**
 * Restores one backup, or writes one of its parts. Nothing that it does lasts before every byte was verified: a file gets its
 * name, and a database commits, only then.
 */
export async function restore(context: RunContext, options: Options): Promise<Outcome> {
  const problems = optionProblems(context, options);
  if (problems.length > 0) throw configurationFailure(problems);
  const identities = await readIdentities(String(options["identity"]));
  const overview = await readOverview(narrowed(context, options["store"]));
  const wanted = choose(overview, options);
  const verified = mustVerifyFirst(wanted, options) ? [await verifiedCopy(overview, wanted)] : undefined;
  const from = { ...wanted, copies: verified ?? wanted.copies };
  const read: ReadCopy = (action) => fromAnyCopy(overview, from, action);
  const { manifest, ...about } = await read((copy) => Promise.resolve(aboutOf(copy, overview)));
  const { output, part } = options;
  if (typeof output === "string") {
    return { ...about, ...(await read((copy) => writePlain(copy, identities, output, part))) };
  }
  const { source } = context.config;
  if (source.kind !== "postgres") throw new Error(`no way to restore ${source.kind}`);
  return { ...about, ...(await restorePostgres(source, manifest, read, identities, options)) };
}

/**
 * Whether all of it is read once more than needed: where what is there is replaced, where nobody can take back what was
 * given out, and where the manifest does not tell forged bytes from true ones as they come.
 */
function mustVerifyFirst({ copies }: Backup, options: Options): boolean {
  if (options["output"] === "-" || options["into-existing"] !== undefined) return true;
  return copies.some(({ manifest }) => manifest?.parts.some(({ headSha256 }) => headSha256 === undefined));
}

function aboutOf(copy: StoredBackup, { stores }: Overview) {
  const { id, class: className, manifest } = copy;
  if (manifest === undefined) throw new Error("a backup without manifest was chosen");
  return { manifest, id, class: className, bytes: sizeOf(copy), stores };
}

function optionProblems({ config, stores }: RunContext, options: Options): string[] {
  const { kind } = config.source;
  // Every option is about artefacts, of which it has none.
  if (kind === "pgbackrest")
    return [
      "source.kind must be one that has artefacts for restore (the agent), got pgbackrest; run pgbackrest restore",
    ];
  const problems: string[] = [];
  const at = options["at"];
  if (options["identity"] === undefined)
    problems.push("--identity must be given (age), got nothing; write --identity FILE");
  if (at !== undefined && options["id"] !== undefined)
    problems.push("--id and --at must not be given together; leave one out");
  if (typeof at === "string" && !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(at)) {
    problems.push(`--at must be a time with its zone, got ${JSON.stringify(at)}; write it as 2026-01-31T02:00:00Z`);
  }
  const names = stores.map(({ name }) => name);
  const store = options["store"];
  if (typeof store === "string" && !names.includes(store)) {
    problems.push(`--store must be one of ${names.join(", ")}, got ${JSON.stringify(store)}; write one of them`);
  }
  const { jobs, output } = options;
  if (jobs !== undefined && !areRestoreJobs(Number(jobs))) {
    problems.push(`--jobs must ${restoreJobsRule}, got ${JSON.stringify(jobs)}; write one`);
  }
  for (const other of ["into-existing", "output"]) {
    if (jobs === undefined || options[other] === undefined) continue;
    problems.push(`--jobs must not stand beside --${other} (the agent), got both; leave one out`);
  }
  if (kind !== "postgres" && output === undefined) {
    const advice = `write --output FILE, ${afterOutput[kind]}`;
    problems.push(`--output must be given for ${kind} (the agent), got nothing; ${advice}`);
  }
  return problems;
}

function narrowed(context: RunContext, store: Options[string]): RunContext {
  return store === undefined ? context : { ...context, stores: context.stores.filter(({ name }) => name === store) };
}

/** The backup that was asked for, good or not: a bad one is never passed over in silence. */
function choose(overview: Overview, options: Options): Backup {
  refuseUnreadable(overview);
  const { backups } = overview;
  const { id, at } = options;
  if (typeof id === "string") {
    const found = backups.find((backup) => backup.id === id);
    if (found === undefined) throw absence(overview, `there is no backup ${id}`, "; list shows what there is");
    return found;
  }
  const until = typeof at === "string" ? Date.parse(at) : Infinity;
  const newest = backups.filter((backup) => timeOf(backup) <= until).at(-1);
  if (newest !== undefined) return newest;
  throw absence(overview, typeof at === "string" ? `there is no backup of ${at} or before` : "there is no backup");
}

function timeOf({ good, copies }: Backup): number {
  if (good?.manifest !== undefined) return Date.parse(good.manifest.startedAt);
  return copies[0]?.time.getTime() ?? Infinity;
}
