import { type Issue, type PlannedAsset, unknownKeys } from "../model/index.js";
import { problem } from "../shared/problem.js";
import type { BackupStore } from "../shared/store.js";
import { type LonghornVolumes, longhornVolumesKeys } from "./longhorn-args.js";
import { longhornTiers } from "./longhorn-tiers.js";

/** Longest name of a RecurringJob. */
export const longhornNameLength = 40;

/** Problems of what is backed up, whatever the stores. `at` is what stands before every path. */
export function longhornIssues(args: LonghornVolumes, allowed: readonly string[], at = ""): Issue[] {
  const issues = unknownKeys(args, [...longhornVolumesKeys, ...allowed], at === "" ? "args" : at.slice(0, -1));
  const number = (key: keyof LonghornVolumes, least: number, most: number, advice: string) => {
    const value = args[key];
    if (value === undefined || (Number.isInteger(value) && Number(value) >= least && Number(value) <= most)) return;
    const must = `be a whole number from ${least} to ${most} (Longhorn)`;
    issues.push(problem("longhorn-number", at + key, must, value, advice));
  };
  if (args.pollSeconds !== 0) number("pollSeconds", 60, 86_400, "leave it out for 300, or write 0 for never");
  number("fullBackupInterval", 0, 10_000, "leave it out for 20");
  number("concurrency", 1, 100, "leave it out for 2");
  number("maxRetention", 1, 250, "leave it out for 100");
  if (args.groups?.length === 0)
    issues.push(
      problem(
        "longhorn-groups",
        `${at}groups`,
        "name at least one group (a job without one backs nothing up)",
        args.groups,
        'leave it out for ["default"]',
      ),
    );
  return issues;
}

/** Problems of the jobs that the plan comes to. */
export function longhornPlanIssues(args: LonghornVolumes, planned: PlannedAsset, at = ""): Issue[] {
  if (planned.frequency === "none") return [];
  const { cron, timeZone } = planned.schedule;
  const path = `${at}protection.frequency`;
  const issues: Issue[] = [];
  if (cron === null)
    issues.push(
      problem("longhorn-schedule", path, "be a length of time or cron (Longhorn)", planned.frequency, 'write "1 day"'),
    );
  if (!["Etc/UTC", "UTC"].includes(timeZone))
    issues.push(
      problem("longhorn-schedule", path, "count in UTC (Longhorn knows no time zones)", timeZone, "convert it"),
    );
  if (planned.lock !== null)
    issues.push(
      problem(
        "longhorn-lock",
        `${at}protection.lock`,
        'be "none" (Longhorn forbids every retention policy on its backups)',
        planned.lock.days,
        "lock another copy by kubernetes.VolumeFilesBackup",
      ),
    );
  const most = args.maxRetention ?? 100;
  for (const { name, days, retain } of longhornTiers(planned))
    if (days === "forever" || retain > most)
      issues.push(
        problem(
          "longhorn-retention",
          `${at}protection.retention.${name}`,
          `come to at most ${most} backups (Longhorn's setting recurring-job-max-retention)`,
          days === "forever" ? days : `${days} days of ${retain} backups`,
          "keep them shorter, run less often, or raise the setting and say so as maxRetention",
        ),
      );
  return issues;
}

/** Problems of the stores. */
export function longhornStoreIssues(
  args: LonghornVolumes,
  stores: Readonly<Record<string, BackupStore>>,
  at = "",
): Issue[] {
  const names = Object.keys(stores);
  if (names.length > 1)
    return [
      problem(
        "longhorn-stores",
        `${at}stores`,
        "be one (a volume of Longhorn has one backup target)",
        names,
        "set protection: { copies: 1 }, and let the bucket replicate or add another mechanism",
      ),
    ];
  return Object.entries(stores).flatMap(([name, { access, declaration }]) => {
    if (access.kind !== "s3")
      return [
        problem(
          "longhorn-store",
          `${at}stores.${name}`,
          "be a bucket of S3 or of a server that speaks it (kubernetes.LonghornBackups writes no other address)",
          access.kind,
          "name another store",
        ),
      ];
    const issues: Issue[] = [];
    const needsSecret = access.credentialsSecret !== undefined || access.endpoint !== undefined;
    if (needsSecret && args.credentialSecret === undefined)
      issues.push(
        problem(
          "longhorn-credential",
          `${at}credentialSecret`,
          "name a Secret in Longhorn's namespace, because the store has keys or an address of its own",
          args.credentialSecret,
          "make one with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ENDPOINTS",
        ),
      );
    const lockDays = args.defaultLockDays ?? (declaration.locks === true ? undefined : 0);
    if (lockDays !== 0)
      issues.push(
        problem(
          "longhorn-default-lock",
          `${at}defaultLockDays`,
          "be 0 (Longhorn forbids every retention policy on its backups: blocks are shared)",
          lockDays,
          'say 0 for a bucket without a default lock, such as one made with lock: "none"',
        ),
      );
    return issues;
  });
}
