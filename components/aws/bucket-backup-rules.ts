import { type Issue, type PlannedAsset, retentionClasses, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { protectedBucketKeys, type ProtectedBucket } from "./bucket-backup-args.js";
import { replicationIssues } from "./bucket-replication-rules.js";
import { regionOf } from "./plan-one.js";
import { problem } from "./problem.js";

/** Problems of an application's bucket, whatever the environment. `at` is what stands before every path. */
export function protectedBucketIssues(args: ProtectedBucket, allowed: readonly string[], at = ""): Issue[] {
  const issues = [
    ...unknownKeys(args, [...protectedBucketKeys, ...allowed], at === "" ? "args" : at.slice(0, -1)),
    ...missingArguments(args, { bucket: "give the aws.s3.Bucket" }, at),
  ];
  const { copies = [], region, account, kmsKeyArn } = args;
  const source = { region: regionOf(region), account, encryptedByKey: kmsKeyArn !== undefined, locks: false };
  copies.forEach((copy, index) => issues.push(...replicationIssues(copy, source, `${at}copies[${index}]`)));
  for (const key of ["versioning", "lifecycle"] as const)
    if (!([undefined, "managed", "existing"] as unknown[]).includes(args[key]))
      issues.push(problem("bucket-setting", `${at}${key}`, 'be "managed" or "existing"', args[key], "correct it"));
  return issues;
}

/** Problems of what the plan asks of the bucket: S3 keeps versions for a time, and has no classes. */
export function bucketPlanIssues(planned: PlannedAsset, at = ""): Issue[] {
  if (planned.frequency === "none") return [];
  const classes = retentionClasses.filter((name) => planned.retention[name] !== undefined);
  if (planned.retention.pitrDays !== undefined && classes.length === 0) return [];
  return [
    problem(
      "bucket-window",
      `${at}protection.retention`,
      "be one window, pitr (S3 keeps every version of an object for a time)",
      planned.retention,
      'write retention: { pitr: "30 days" }',
    ),
  ];
}
