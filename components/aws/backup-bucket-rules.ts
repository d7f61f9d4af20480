import { type Environment, type Issue, limits, type LockPolicy, parseDuration, unknownKeys } from "../model/index.js";
import type { BackupBucketArgs } from "./backup-bucket-args.js";
import { lifecycleDays } from "./bucket-lifecycle.js";

const keys = [
  "environment",
  "region",
  "account",
  "bucketName",
  "prefix",
  "kmsKeyArn",
  "lock",
  "expireAfterDays",
  "abortIncompleteUploadsAfterDays",
  "credentialsSecret",
  "tags",
] as const satisfies readonly (keyof BackupBucketArgs)[];

const lockKeys = [
  "period",
  "mode",
  "acknowledgeIrreversible",
  "extendsRetention",
] as const satisfies readonly (keyof LockPolicy)[];

/** Problems of a bucket's arguments, all of them. */
export function backupBucketIssues(args: BackupBucketArgs, environment: Environment): Issue[] {
  return [
    ...unknownKeys(args, keys, "args"),
    ...bucketNameIssues(args.bucketName),
    ...lockIssues(args.lock),
    ...dayIssues("expireAfterDays", args.expireAfterDays ?? []),
    ...dayIssues("abortIncompleteUploadsAfterDays", [args.abortIncompleteUploadsAfterDays ?? 2]),
    ...ruleCountIssues(args, environment),
  ];
}

function bucketNameIssues(name: string | undefined): Issue[] {
  if (name === undefined) return [];
  const good =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !/^(xn--|sthree-)|(-s3alias|--ol-s3|--x-s3)$|\.\.|^\d+\.\d+\.\d+\.\d+$/.test(name);
  return good
    ? []
    : [
        issue(
          "bucket-name",
          "bucketName",
          "be 3 to 63 lower-case letters, digits, dots and dashes (S3 naming rules)",
          name,
          "leave it out for a name of the provider's",
        ),
      ];
}

function lockIssues(lock: unknown): Issue[] {
  if (lock === undefined || lock === "none") return [];
  const issues = unknownKeys(lock, lockKeys, "lock");
  if (typeof lock !== "object" || lock === null) return issues;
  const { period, mode, acknowledgeIrreversible } = lock as LockPolicy;
  try {
    const seconds = parseDuration(period);
    if (seconds > limits.s3ObjectLockMax.value * 86_400)
      issues.push(
        issue(
          "lock-period",
          "lock.period",
          `be at most ${String(limits.s3ObjectLockMax.value)} days (S3 Object Lock)`,
          period,
          "shorten it",
        ),
      );
  } catch (error) {
    issues.push(
      issue(
        "lock-period",
        "lock.period",
        "be a duration",
        period,
        error instanceof Error ? error.message : "write 30 days",
      ),
    );
  }
  if (mode !== undefined && !["governance", "compliance"].includes(mode))
    issues.push(
      issue(
        "lock-mode",
        "lock.mode",
        'be "governance" or "compliance" (S3 Object Lock)',
        mode,
        "leave it out for governance",
      ),
    );
  if (mode === "compliance" && acknowledgeIrreversible !== true)
    issues.push(
      issue(
        "compliance-is-acknowledged",
        "lock.acknowledgeIrreversible",
        "be true for compliance mode (nobody, not even the root user, can delete before the period ends)",
        acknowledgeIrreversible,
        'set it, or use mode: "governance"',
      ),
    );
  return issues;
}

function dayIssues(path: string, days: readonly number[]): Issue[] {
  return days
    .filter((value) => !Number.isInteger(value) || value < 1)
    .map((value) => issue("whole-days", path, "be whole days from 1 (S3 Lifecycle)", value, "round it up"));
}

function ruleCountIssues(args: BackupBucketArgs, environment: Environment): Issue[] {
  const count = lifecycleDays(environment, args.expireAfterDays).length + 2;
  if (count <= limits.s3LifecycleRulesMax.value) return [];
  return [
    issue(
      "lifecycle-rule-count",
      "expireAfterDays",
      `need at most ${String(limits.s3LifecycleRulesMax.value)} rules (S3 Lifecycle)`,
      count,
      "use fewer different retentions",
    ),
  ];
}

function issue(id: string, path: string, rule: string, value: unknown, advice: string): Issue {
  const shown = value === undefined ? "nothing" : JSON.stringify(value);
  return { id, level: "error", path, message: `${path} must ${rule}, got ${shown}; ${advice}` };
}
