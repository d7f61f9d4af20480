import { mkdirSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { Child, run } from "../child.js";
import { feedArchive } from "../restore/feed-archive.js";
import { countProblems, type Rehearsal, type RehearsalPlan } from "./rehearsal.js";
import { partStages, wrongArtefact } from "./unpack.js";

/** Unpacks the archive and counts what came out. Owners are restored only where the drill runs as root. */
export async function rehearseFiles(plan: RehearsalPlan): Promise<Rehearsal> {
  const folder = plan.scratch.path("files");
  mkdirSync(folder);
  const args = ["--extract", "--file=-", "--numeric-owner", "--preserve-permissions", `--directory=${folder}`];
  const stages = await partStages(plan, "files");
  await feedArchive(new Child("tar", args, {}), stages).catch(wrongArtefact);
  // Folders that even their owner may not enter must be counted too; links are not followed.
  await run("chmod", ["-R", "u+rwX", folder], {});
  const rowCounts = { files: 0, folders: 1, links: 0, others: 0 };
  await count(folder, rowCounts);
  return { rowCounts, checks: [], problems: countProblems(plan.manifest.rowCounts, rowCounts) };
}

async function count(folder: string, counts: Record<string, number>): Promise<void> {
  for await (const entry of await opendir(folder)) {
    const kind = entry.isDirectory()
      ? "folders"
      : entry.isFile()
        ? "files"
        : entry.isSymbolicLink()
          ? "links"
          : "others";
    counts[kind] = (counts[kind] ?? 0) + 1;
    if (entry.isDirectory()) await count(join(folder, entry.name), counts);
  }
}
