import { type Issue, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { readArn } from "./arn.js";
import { problem } from "./problem.js";
import type { SnapshotExport } from "./rds-backups-args.js";

const keys = ["bucket", "prefix", "kmsKeyArn", "every", "only"] as const satisfies readonly (keyof SnapshotExport)[];
const periods: readonly unknown[] = [undefined, "daily", "weekly", "monthly", "yearly"];

/** Problems of exports of a database of this region. */
export function exportIssues(given: SnapshotExport, region: string | undefined, path: string): Issue[] {
  const issues = [
    ...unknownKeys(given, keys, path),
    ...missingArguments(given, { bucket: "give the aws.s3.Bucket" }, `${path}.`),
  ];
  const { prefix, every, kmsKeyArn } = given;
  if (!periods.includes(every))
    issues.push(
      problem(
        "rds-export",
        `${path}.every`,
        'be "daily", "weekly", "monthly" or "yearly"',
        every,
        'leave it out for "monthly"',
      ),
    );
  if (prefix !== undefined && !/^[A-Za-z0-9!_.*'()-]+(\/[A-Za-z0-9!_.*'()-]+)*$/.test(prefix))
    issues.push(
      problem("rds-export", `${path}.prefix`, "be names with a slash between them (S3)", prefix, 'write "rds"'),
    );
  const key = readArn(kmsKeyArn);
  if (typeof kmsKeyArn === "string" && (key?.service !== "kms" || (region !== undefined && key.region !== region)))
    issues.push(
      problem(
        "rds-export",
        `${path}.kmsKeyArn`,
        `be the ARN of a KMS key${region === undefined ? "" : ` of ${region}`} (RDS exports are always encrypted)`,
        kmsKeyArn,
        "name a key or leave it out",
      ),
    );
  return issues;
}
