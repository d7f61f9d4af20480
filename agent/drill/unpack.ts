import { createWriteStream } from "node:fs";
import { CopyFailure } from "../copy-failure.js";
import { AgentFailure, reasonOf } from "../failure.js";
import { movePart, plainStages, type PlainStages } from "../part-reader.js";
import { identityFailure } from "../restore/identity-failure.js";
import type { RehearsalPlan } from "./rehearsal.js";

/** Lost resources of the machine, not faults of the artefact: another try may succeed. */
const ownTrouble = /no space left on device|out of memory|could not resize shared memory|was killed by/i;

/** The stages of a part that must be there. */
export function partStages({ copy, manifest, identities }: RehearsalPlan, name: string): Promise<PlainStages> {
  const part = manifest.parts.find((each) => each.name === name);
  if (part === undefined) throw new AgentFailure(3, `${copy.id} has no ${name} in it`);
  return plainStages(copy.store, manifest, part, identities);
}

/** Writes a part, decrypted, into the scratch place; returns its path. */
export async function unpack(plan: RehearsalPlan, name: string): Promise<string> {
  const path = plan.scratch.path(`${name}.unpacked`);
  const target = createWriteStream(path, { mode: 0o600, flags: "wx" });
  await movePart(await partStages(plan, name), target).catch(identityFailure);
  return path;
}

/** A program that refuses verified bytes says that the artefact is wrong, unless it lacked something itself. */
export function wrongArtefact(error: unknown): never {
  const reason = reasonOf(error);
  if (
    error instanceof CopyFailure ||
    !(error instanceof AgentFailure) ||
    error.exitCode !== 1 ||
    ownTrouble.test(reason)
  )
    throw error;
  throw new AgentFailure(3, `it cannot be restored: ${reason}`, { cause: error });
}
