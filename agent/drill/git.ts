import { say } from "../console.js";
import { reasonOf } from "../failure.js";
import { countRefs, git } from "../sources/git.js";
import { countProblems, type Rehearsal, type RehearsalPlan } from "./rehearsal.js";
import { unpack, wrongArtefact } from "./unpack.js";

/** Clones the bundle with every ref, which hashes every object, and checks that none is missing. */
export async function rehearseGit(plan: RehearsalPlan): Promise<Rehearsal> {
  const bundle = await unpack(plan, "refs");
  const clone = plan.scratch.path("clone");
  await git(plan.scratch.folder, "clone", "--quiet", "--mirror", "--", bundle, clone).catch(wrongArtefact);
  await checkObjects(clone);
  const rowCounts = await countRefs(clone);
  return { rowCounts, checks: [], problems: countProblems(plan.manifest.rowCounts, rowCounts) };
}

/** Objects of an odd form, made by programs of long ago, are kept as they are: fsck only finds fault with their form. */
async function checkObjects(clone: string): Promise<void> {
  const args = ["fsck", "--full", "--no-dangling", "--no-progress"];
  try {
    await git(clone, ...args);
  } catch (error) {
    await git(clone, ...args, "--connectivity-only").catch(wrongArtefact);
    say(reasonOf(error));
  }
}
