/** Connections that may load one database at once; for each the agent holds some megabytes of rows. */
const mostRestoreJobs = 32;

/** What their number must be, for messages. */
export const restoreJobsRule = `be a whole number from 1 to ${mostRestoreJobs} (the agent)`;

/** Whether so many connections may load a database. */
export function areRestoreJobs(jobs: number): boolean {
  return Number.isInteger(jobs) && jobs >= 1 && jobs <= mostRestoreJobs;
}
