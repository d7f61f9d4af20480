import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { Child } from "../child.js";
import { say } from "../console.js";
import { AgentFailure, configurationFailure, reasonOf } from "../failure.js";
import { feedProgram } from "../restore/feed-archive.js";
import type { ServerKind } from "../sources/kubernetes-kinds.js";
import { allSettled, DrillRoom } from "./drill-room.js";
import { firstDifference } from "./first-difference.js";
import { harmless, proofOf, unnoticed } from "./harmless-object.js";
import { type ListEntry, ObjectList } from "./object-list.js";
import { ObjectProofs } from "./object-proofs.js";
import { surveyObjects } from "./object-survey.js";
import { countProblems, type CheckResult, type Rehearsal, type RehearsalPlan } from "./rehearsal.js";
import { sealedFault } from "./sealed-values.js";
import { unpack, wrongArtefact } from "./unpack.js";

/** Objects that are sent at a time. */
const atATime = 8;

/** What one rehearsal works with. */
interface Stage {
  readonly plan: RehearsalPlan;
  readonly room: DrillRoom;
  readonly list: ObjectList;
  readonly proofs: ObjectProofs;
}

/** Objects of one kind that were made, by the names that they have there. */
interface Made {
  readonly kind: ServerKind;
  readonly entries: Map<string, ListEntry>;
}

/**
 * Restores the objects of one namespace after the other into the namespace of the drill's own pod, changed so that they can
 * reach nothing, compares what is there with what was sent, and removes it. The whole list is verified before any of it
 * is sent.
 */
export async function rehearseKubernetesObjects(plan: RehearsalPlan): Promise<Rehearsal> {
  const room = new DrillRoom(plan.config.environment, plan.config.asset);
  try {
    await room.enter();
    const list = await ObjectList.open(await unpack(plan, "objects"));
    try {
      return await rehearseList({ plan, room, list, proofs: new ObjectProofs() });
    } finally {
      await list.close();
    }
  } finally {
    room.close();
  }
}

async function rehearseList(stage: Stage): Promise<Rehearsal> {
  const { plan, room, list, proofs } = stage;
  const { rowCounts: expected } = plan.manifest;
  const { counts, namespaces } = await surveyObjects(list, room, proofs, expected);
  const wanted = plan.config.drill?.namespaces ?? [...namespaces.keys()].sort();
  const checks: CheckResult[] = [];
  for (const [name, entries] of namespaces) {
    if (!wanted.includes(name)) for (const { kind } of entries) proofs.noteRead(kind.name, "of another namespace");
  }
  for (const name of wanted) {
    const entries = namespaces.get(name);
    if (entries === undefined) proofs.fault(`namespace ${name}: the artefact has no object of it`);
    else checks.push(...(await rehearseNamespace(stage, name, entries)));
  }
  return {
    rowCounts: counts,
    checks: [...proofs.checks(), ...checks],
    problems: [...countProblems(expected, counts), ...proofs.problems()],
  };
}

/** Leaves nothing behind, however it ends. */
async function rehearseNamespace(
  stage: Stage,
  namespace: string,
  entries: readonly ListEntry[],
): Promise<CheckResult[]> {
  const { room } = stage;
  let checks: CheckResult[];
  try {
    const made = await restoreAll(stage, namespace, entries);
    for (const each of made) await compare(stage, namespace, each);
    checks = await judge(stage, namespace, entries);
  } catch (error) {
    await room.clean().catch((reason: unknown) => {
      say(reasonOf(reason));
    });
    throw error;
  }
  await room.clean();
  return checks;
}

async function restoreAll(stage: Stage, namespace: string, entries: readonly ListEntry[]): Promise<Iterable<Made>> {
  const made = new Map<string, Made>();
  for (let index = 0; index < entries.length; index += atATime) {
    const some = entries.slice(index, index + atATime);
    await allSettled(some.map((entry) => restoreOne(stage, namespace, entry, made)));
  }
  return made.values();
}

async function restoreOne(
  { plan, room, list, proofs }: Stage,
  namespace: string,
  entry: ListEntry,
  made: Map<string, Made>,
): Promise<void> {
  const { kind } = entry;
  const proof = proofOf(kind);
  if (proof === "read") {
    proofs.noteRead(kind.name);
    return;
  }
  if (!(await room.maySend(kind))) {
    if (proof === "made") throw missingRight(kind, room.namespace);
    proofs.noteRead(kind.name, "the drill may not send it");
    return;
  }
  const object = await list.read(entry);
  const shown = `${namespace}/${entry.name}`;
  let name = entry.name;
  let verdict = await room.attempt(kind, harmless(object, room.namespace, name));
  if (verdict.said === "taken") {
    // By the drill's own account, its keys, or a `default` that every namespace has: they stay as they are.
    name = substituteOf(name);
    verdict = await room.attempt(kind, harmless(object, room.namespace, name));
  }
  if (verdict.said === "no dry runs") {
    proofs.noteRead(kind.name, "a webhook takes no dry runs");
    return;
  }
  const refusal = verdict.said === "no" ? verdict.words : verdict.said === "taken" ? "its name is taken" : undefined;
  const fault = refusal ?? (await sealedFault(object, plan));
  if (proof === "tried" || fault !== undefined) {
    proofs.note(proof, kind, shown, fault);
    return;
  }
  const answer = await room.make(kind, unnoticed(harmless(object, room.namespace, name), room.labels));
  if (answer.said === "no") {
    proofs.note("made", kind, shown, answer.words);
    return;
  }
  const those = made.get(kind.name) ?? { kind, entries: new Map<string, ListEntry>() };
  made.set(kind.name, those);
  those.entries.set(name, entry);
}

/** Compares what the server has now with what it was sent. */
async function compare({ room, list, proofs }: Stage, namespace: string, { kind, entries }: Made): Promise<void> {
  const awaited = new Map(entries);
  for await (const there of room.made(kind)) {
    const { name } = there.metadata;
    const entry = awaited.get(name);
    if (entry === undefined) continue;
    awaited.delete(name);
    const sent = unnoticed(harmless(await list.read(entry), room.namespace, name), room.labels);
    const place = firstDifference(sent, { ...there, apiVersion: sent.apiVersion, kind: sent.kind });
    const fault = place === undefined ? undefined : `what is there differs from what was sent at ${place}`;
    proofs.note("made", kind, `${namespace}/${entry.name}`, fault);
  }
  for (const { name } of awaited.values())
    proofs.note("made", kind, `${namespace}/${name}`, "it was made and is not there");
}

/** Gives the namespace's objects, as they were backed up, to the user's program while the restored ones stand. */
async function judge(
  { plan, list, proofs }: Stage,
  namespace: string,
  entries: readonly ListEntry[],
): Promise<CheckResult[]> {
  const [program, ...args] = plan.config.drill?.command ?? [];
  if (program === undefined) return [];
  const name = `${program} for ${namespace}`;
  const child = new Child(program, args, {}, { folder: plan.scratch.folder });
  child.stdout.resume();
  try {
    const all = await feedProgram(child, [Readable.from(list.extract(entries))]).catch(wrongArtefact);
    if (!all) throw new AgentFailure(3, `${program} ended before it had read the whole list`);
    return [{ name, passed: true, found: "exit code 0" }];
  } catch (error) {
    if (!(error instanceof AgentFailure) || error.exitCode !== 3) throw error;
    proofs.fault(`check ${name}: ${error.message}`);
    return [{ name, passed: false, found: error.message }];
  }
}

function substituteOf(name: string): string {
  return `drilled-${createHash("sha256").update(name).digest("hex").slice(0, 10)}`;
}

function missingRight({ name }: ServerKind, namespace: string): AgentFailure {
  const rule = `the drill's service account must be allowed to create ${name} in its namespace (Kubernetes)`;
  return configurationFailure([`${rule}, got no right to in ${namespace}; bind it to a role that allows it`]);
}
