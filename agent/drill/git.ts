import { run } from "../child.js";
import { countRefs, isolated } from "../sources/git.js";
import { countProblems, type Rehearsal, type RehearsalPlan } from "./rehearsal.js";
import { unpack, wrongArtefact } from "./unpack.js";

/** Clones the bundle with every ref and checks every object in it. */
export async function rehearseGit(plan: RehearsalPlan): Promise<Rehearsal> {
  const bundle = await unpack(plan, "refs");
  const clone = plan.scratch.path("clone");
  await run("git", ["clone", "--quiet", "--mirror", "--", bundle, clone], isolated).catch(wrongArtefact);
  await run("git", ["-C", clone, "fsck", "--full", "--strict", "--no-dangling"], isolated).catch(wrongArtefact);
  const rowCounts = await countRefs(clone);
  return { rowCounts, checks: [], problems: countProblems(plan.manifest.rowCounts, rowCounts) };
}
