import { Child } from "../child.js";
import { say } from "../console.js";
import { AgentFailure } from "../failure.js";
import { countRefs, git } from "../sources/git.js";
import { countProblems, type Rehearsal, type RehearsalPlan } from "./rehearsal.js";
import { unpack, wrongArtefact } from "./unpack.js";

/** Exit code of `git fsck` when no object is broken or missing, but some were written in an odd form long ago. */
const oddObjectsCode = 1;

/** Clones the bundle with every ref, which hashes every object, and checks that none is missing. */
export async function rehearseGit(plan: RehearsalPlan): Promise<Rehearsal> {
  const bundle = await unpack(plan, "refs");
  const clone = plan.scratch.path("clone");
  await git(plan.scratch.folder, "clone", "--quiet", "--mirror", "--", bundle, clone).catch(wrongArtefact);
  await checkObjects(clone);
  const rowCounts = await countRefs(clone);
  return { rowCounts, checks: [], problems: countProblems(plan.manifest.rowCounts, rowCounts) };
}

async function checkObjects(clone: string): Promise<void> {
  const child = new Child("git", ["-C", clone, "fsck", "--full", "--no-dangling", "--no-progress"], {});
  child.stdin.end();
  child.stdout.resume();
  const ending = await child.ended;
  if (ending.code === 0) return;
  // What is odd was so in the repository, whose every object has the hash that its name tells.
  if (ending.code === oddObjectsCode) say(`git fsck: ${child.complaints}`);
  else wrongArtefact(new AgentFailure(1, child.failureMessage(ending)));
}
