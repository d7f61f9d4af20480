import { type Environment, type Issue, limits, type LockPolicy, parseDuration, unknownKeys } from "../model/index.js";
import type { BackupBucketArgs } from "./backup-bucket-args.js";
import { trustIssues } from "./bucket-access-rules.js";
import { lifecycleDays } from "./bucket-lifecycle.js";
import { coldIssues } from "./bucket-lifecycle-rules.js";
import { replicationIssues } from "./bucket-replication-rules.js";
import { regionOf } from "./plan-one.js";
import { problem } from "./problem.js";

const keys = [
  "environment",
  "region",
  "account",
  "bucketName",
  "prefix",
  "kmsKeyArn",
  "ownKey",
  "lock",
  "expireAfterDays",
  "coldStorage",
  "replication",
  "replicasFromAccounts",
  "writers",
  "readers",
  "accessLogBucket",
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
    ...coldIssues(args.coldStorage, lifecycleDays(environment, args.expireAfterDays)),
    ...trustIssues(args.writers, "writers"),
    ...trustIssues(args.readers, "readers"),
    ...keyIssues(args),
    ...accountIssues(args),
    ...(args.replication === undefined
      ? []
      : replicationIssues(
          args.replication,
          {
            region: regionOf(args.region),
            account: args.account,
            encryptedByKey: args.kmsKeyArn !== undefined || args.ownKey === true,
            locks: true,
          },
          "replication",
        )),
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
        problem(
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
        problem(
          "lock-period",
          "lock.period",
          `be at most ${String(limits.s3ObjectLockMax.value)} days (S3 Object Lock)`,
          period,
          "shorten it",
        ),
      );
  } catch (error) {
    issues.push(
      problem(
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
      problem(
        "lock-mode",
        "lock.mode",
        'be "governance" or "compliance" (S3 Object Lock)',
        mode,
        "leave it out for governance",
      ),
    );
  if (mode === "compliance" && acknowledgeIrreversible !== true)
    issues.push(
      problem(
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
    .map((value) => problem("whole-days", path, "be whole days from 1 (S3 Lifecycle)", value, "round it up"));
}

function ruleCountIssues(args: BackupBucketArgs, environment: Environment): Issue[] {
  const count = lifecycleDays(environment, args.expireAfterDays).length + 2;
  if (count <= limits.s3LifecycleRulesMax.value) return [];
  return [
    problem(
      "lifecycle-rule-count",
      "expireAfterDays",
      `need at most ${String(limits.s3LifecycleRulesMax.value)} rules (S3 Lifecycle)`,
      count,
      "use fewer different retentions",
    ),
  ];
}

function keyIssues({ kmsKeyArn, ownKey }: BackupBucketArgs): Issue[] {
  return kmsKeyArn !== undefined && ownKey === true
    ? [problem("bucket-key", "ownKey", "be left out where kmsKeyArn is given", ownKey, "decide for one of the two")]
    : [];
}

function accountIssues({ replicasFromAccounts = [] }: BackupBucketArgs): Issue[] {
  return replicasFromAccounts.flatMap((account, index) =>
    /^\d{12}$/.test(account)
      ? []
      : [
          problem(
            "account-number",
            `replicasFromAccounts[${index}]`,
            "be an account of 12 digits (IAM)",
            account,
            "write the account's number",
          ),
        ],
  );
}
