import { readFileSync } from "node:fs";
import { cronJobProblem, restoreJob } from "./restore/restore-job.js";
import { restoreProblems, type RestoreOptions } from "./restore/restore-options.js";
import { UsageError } from "./usage-error.js";

/** Prints a Job that restores what the CronJob of a file, or of stdin, has backed up; `kubectl create -f -` runs it. */
export function restoreCommand(file: string, options: RestoreOptions): void {
  const problems = restoreProblems(options);
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8"));
    problems.push(...[cronJobProblem(document)].filter((problem) => problem !== undefined));
  } catch (error) {
    const name = file === "-" ? "stdin" : file;
    problems.push(`${name} must be a CronJob in JSON (Kubernetes), got: ${(error as Error).message}; see --help`);
  }
  if (problems.length > 0) throw new UsageError(problems);
  process.stdout.write(`${JSON.stringify(restoreJob(document, options), undefined, 2)}\n`);
}
