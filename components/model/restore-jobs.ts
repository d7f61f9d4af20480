/** Connections that may load one database at once; for each the agent holds some megabytes of rows. */
export const mostRestoreJobs = 32;

/** Whether so many connections may load a database. */
export function areRestoreJobs(jobs: number): boolean {
  return Number.isInteger(jobs) && jobs >= 1 && jobs <= mostRestoreJobs;
}
