import { readFile } from "node:fs/promises";
import { lastGood, problemsOf, readOverview, sizeOf, type Backup, type Overview } from "../backup-overview.js";
import { say } from "../console.js";
import { AgentFailure, configurationFailure, reasonOf } from "../failure.js";
import { verifyPart } from "../part-reader.js";
import type { Outcome } from "../result.js";
import type { RunContext } from "../run-context.js";
import { restorePostgres } from "../restore/postgres.js";
import { writePlain } from "../restore/plain.js";
import type { StoredBackup } from "../stored-backup.js";
import type { Options } from "./command.js";

/** Restores one backup, or writes one of its parts; nothing is touched before every byte was verified. */
export async function restore(context: RunContext, options: Options): Promise<Outcome> {
  const problems = optionProblems(context, options);
  if (problems.length > 0) throw configurationFailure(problems);
  const identities = await readIdentities(String(options["identity"]));
  const overview = await readOverview(narrowed(context, options["store"]));
  const wanted = choose(overview, options);
  const copy = await verifiedCopy(overview, wanted);
  const about = { id: copy.id, class: copy.class, bytes: sizeOf(copy), stores: overview.stores };
  const output = options["output"];
  if (typeof output === "string") return { ...about, ...(await writePlain(copy, identities, output, options["part"])) };
  const { source } = context.config;
  if (source.kind !== "postgres") throw new Error(`no way to restore ${source.kind}`);
  return { ...about, ...(await restorePostgres(source, copy, identities, options)) };
}

function optionProblems({ config, stores }: RunContext, options: Options): string[] {
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
  if (options["part"] !== undefined && options["output"] === undefined) {
    problems.push("--part must come with --output, got it alone; write --output FILE");
  }
  if (config.source.kind !== "postgres" && options["output"] === undefined) {
    const advice = "write --output FILE, read it, and give it to kubectl apply -f";
    problems.push(`--output must be given for ${config.source.kind} (the agent), got nothing; ${advice}`);
  }
  return problems;
}

function narrowed(context: RunContext, store: Options[string]): RunContext {
  return store === undefined ? context : { ...context, stores: context.stores.filter(({ name }) => name === store) };
}

async function readIdentities(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new AgentFailure(2, `--identity must name a readable file (age), got ${reasonOf(error)}; check the path`);
  });
  const lines = text.split("\n").map((line) => line.trim());
  const identities = lines.filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  if (identities.length > 0) return identities;
  throw new AgentFailure(2, "--identity must name a file with an age identity (age), got none in it; see age-keygen");
}

/** The backup that was asked for, good or not: a bad one is never passed over in silence. */
function choose({ backups, stores }: Overview, options: Options): Backup {
  const unread = stores.filter(({ status }) => status === "failed");
  if (unread.length === stores.length) {
    throw new AgentFailure(1, `no store can be read: ${unread.map(({ message }) => message).join("; ")}`);
  }
  for (const { name, message } of unread) say(`${name} cannot be read: ${message}`);
  const { id, at } = options;
  if (typeof id === "string") {
    const found = backups.find((backup) => backup.id === id);
    if (found === undefined) throw new AgentFailure(3, `there is no backup ${id}; list shows what there is`);
    return found;
  }
  const until = typeof at === "string" ? Date.parse(at) : Infinity;
  const newest = backups.filter((backup) => timeOf(backup) <= until).at(-1);
  if (newest !== undefined) return newest;
  throw new AgentFailure(3, typeof at === "string" ? `there is no backup of ${at} or before` : "there is no backup");
}

function timeOf({ good, copies }: Backup): number {
  if (good?.manifest !== undefined) return Date.parse(good.manifest.startedAt);
  return copies[0]?.time.getTime() ?? Infinity;
}

/** The first copy whose every byte is the manifest's; the same data from another store is as good. */
async function verifiedCopy(overview: Overview, backup: Backup): Promise<StoredBackup> {
  const reasons = backup.good === undefined ? [problemsOf(backup)] : [];
  for (const copy of backup.copies) {
    if (copy.problem !== undefined) continue;
    try {
      for (const part of copy.manifest?.parts ?? []) await verifyPart(copy.store, part);
      say(`${copy.id} in ${copy.store.name}: every byte is as its manifest says`);
      return copy;
    } catch (error) {
      if (!(error instanceof AgentFailure) || error.exitCode !== 3) throw error;
      reasons.push(`${copy.store.name}: ${error.message}`);
      say(`${copy.id} in ${copy.store.name} is bad: ${error.message}`);
    }
  }
  const advice = lastGood(overview, backup.id);
  throw new AgentFailure(3, `backup ${backup.id} cannot be restored: ${reasons.join("; ")}; ${advice}`);
}
