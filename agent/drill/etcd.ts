import { keysOfSnapshot } from "./etcd-server.js";
import { countProblems, type Rehearsal, type RehearsalPlan } from "./rehearsal.js";
import { unpack, wrongArtefact } from "./unpack.js";

/** Starts a throw-away etcd on the snapshot and counts its keys. */
export async function rehearseEtcd(plan: RehearsalPlan): Promise<Rehearsal> {
  const file = await unpack(plan, "snapshot");
  const rowCounts = { keys: await keysOfSnapshot(file, plan.scratch).catch(wrongArtefact) };
  return { rowCounts, checks: [], problems: countProblems(plan.manifest.rowCounts, rowCounts) };
}
