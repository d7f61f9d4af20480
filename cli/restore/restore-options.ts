import { areRestoreJobs, restoreJobsRule } from "../../components/model/restore-jobs.js";

/** What `backup-tiers restore` is told. */
export interface RestoreOptions {
  /** Secret with the age identity, `name` or `name/key`. */
  readonly identitySecret: string;
  readonly id?: string;
  readonly at?: string;
  readonly store?: string;
  readonly database?: string;
  readonly intoExisting?: string;
  readonly jobs?: string;
  readonly owner: boolean;
  readonly part?: string;
  /** Claim whose volume takes the decrypted part, in place of a server. */
  readonly claim?: string;
  /** Path of the new file in that volume. */
  readonly file?: string;
}

/** Every problem of the options, one line each. */
export function restoreProblems(options: RestoreOptions): string[] {
  const { identitySecret, id, at, database, intoExisting, jobs, claim, file } = options;
  const problems: string[] = [];
  const beside = (one: string, other: string): string =>
    `${one} must not stand beside ${other} (the agent), got both; leave one out`;
  if (!/^[a-z0-9]([-.a-z0-9]*[a-z0-9])?(\/[-._A-Za-z0-9]+)?$/.test(identitySecret)) {
    const got = JSON.stringify(identitySecret);
    problems.push(`--identity-secret must name a Secret (Kubernetes), got ${got}; write name, or name/key`);
  }
  if (id !== undefined && at !== undefined) problems.push(beside("--at", "--id"));
  if ((claim === undefined) !== (file === undefined)) {
    const [given, missing] = claim === undefined ? ["--file", "--claim"] : ["--claim", "--file"];
    problems.push(`${missing} must be given with ${given} (both say where the file goes), got nothing; name it`);
  }
  if (claim !== undefined && (database ?? intoExisting) !== undefined)
    problems.push(beside("--claim", database === undefined ? "--into-existing" : "--database"));
  if (jobs !== undefined) {
    if (!areRestoreJobs(Number(jobs)))
      problems.push(`--jobs must ${restoreJobsRule}, got ${JSON.stringify(jobs)}; write one`);
    if (intoExisting !== undefined) problems.push(beside("--jobs", "--into-existing"));
    if (claim !== undefined) problems.push(beside("--jobs", "--claim"));
  }
  if (file !== undefined && (file === "" || file.startsWith("/") || file.split("/").includes(".."))) {
    const rule = "must be the path of a new file inside the volume (the agent overwrites none)";
    problems.push(`--file ${rule}, got ${JSON.stringify(file)}; write it without / in front and without ..`);
  }
  return problems;
}
