import { type Issue, limits, type PlannedAsset, retentionClasses, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { readArn } from "./arn.js";
import { alarmTopicIssues } from "./backup-alarms-rules.js";
import { backedUpIssues } from "./backup-plan-rules.js";
import { regionOf } from "./plan-one.js";
import { problem } from "./problem.js";
import {
  type BackupReplication,
  type LongTermBackups,
  type RdsBackupsArgs,
  rdsSettingKeys,
} from "./rds-backups-args.js";
import { windowIssues } from "./rds-windows.js";
import {
  type DatabaseRestoreTests,
  type RestoreTestSelection,
  restoreTestSettingKeys,
} from "./restore-testing-args.js";
import { restoreSettingIssues, selectionsIssues } from "./restore-testing-rules.js";
import { exportIssues } from "./snapshot-export-rules.js";
import { optInIssue } from "./selection-rules.js";
import { partitionOf } from "./service-role.js";
import type { Tier } from "./tiers.js";
import { isVault } from "./vault-target.js";

const replicationKeys = [
  "region",
  "kmsKeyArn",
  "retentionDays",
] as const satisfies readonly (keyof BackupReplication)[];
const testKeys = [
  "type",
  "restoreMetadata",
  "validationWindowHours",
] as const satisfies readonly (keyof DatabaseRestoreTests)[];
const longTermKeys = ["vault", "copies", "optInAcknowledged"] as const satisfies readonly (keyof LongTermBackups)[];

/** The database's arguments without the environment, as assets give them. */
export type RdsTarget = Omit<RdsBackupsArgs, "environment" | "asset">;

/** Problems of a database's arguments, whatever the environment. `at` is what stands before every path. */
export function rdsIssues(args: RdsTarget, allowed: readonly string[], at = ""): Issue[] {
  const issues = unknownKeys(
    args,
    ["instance", "cluster", ...rdsSettingKeys, ...allowed],
    at === "" ? "args" : at.slice(0, -1),
  );
  const { instance, cluster, replication, longTerm, eventTopicArn } = args;
  if ((instance === undefined) === (cluster === undefined)) {
    issues.push(
      problem(
        "rds-database",
        `${at}instance`,
        "be given, or cluster, and not both (one component protects one database)",
        instance === undefined ? undefined : "both",
        "give the aws.rds.Instance or the aws.rds.Cluster",
      ),
    );
    return issues;
  }
  const arn = (instance ?? cluster)?.arn;
  const read = readArn(arn);
  const kind = instance === undefined ? "cluster" : "db";
  if (typeof arn === "string" && (read?.service !== "rds" || !read.resource.startsWith(`${kind}:`)))
    issues.push(
      problem(
        "rds-arn",
        `${at}${instance === undefined ? "cluster" : "instance"}.arn`,
        `be the ARN of a ${kind === "db" ? "DB instance" : "DB cluster"} (RDS)`,
        arn,
        `write arn:aws:rds:<region>:<account>:${kind}:<identifier>`,
      ),
    );
  if (replication !== undefined) issues.push(...replicationIssues(args, replication, `${at}replication`));
  if (longTerm !== undefined)
    issues.push(
      ...unknownKeys(longTerm, longTermKeys, `${at}longTerm`),
      ...missingArguments(longTerm, { vault: "make an aws.BackupVault" }, `${at}longTerm.`),
    );
  if (longTerm !== undefined && isVault(longTerm.vault)) {
    const { vault, copies, optInAcknowledged } = longTerm;
    const named = { vault, copies, optInAcknowledged, resources: arn === undefined ? [] : [arn] };
    issues.push(...backedUpIssues(named, [], `${at}longTerm.`));
    // A plain ARN has told it already.
    if (cluster !== undefined && typeof arn !== "string" && optInAcknowledged !== true)
      issues.push(optInIssue(`${at}longTerm.`, optInAcknowledged));
  }
  if (args.exportTo !== undefined) issues.push(...exportIssues(args.exportTo, databaseRegion(args), `${at}exportTo`));
  if (args.restoreTesting !== undefined) issues.push(...testIssues(args, args.restoreTesting, `${at}restoreTesting`));
  issues.push(...alarmTopicIssues(args.alarmTopicArn, databaseRegion(args), `${at}alarmTopicArn`));
  const topic = readArn(eventTopicArn);
  if (topic !== undefined && topic.service !== "sns")
    issues.push(
      problem("rds-topic", `${at}eventTopicArn`, "be the ARN of an SNS topic (RDS)", eventTopicArn, "name a topic"),
    );
  return issues;
}

function testIssues(args: RdsTarget, tests: DatabaseRestoreTests, path: string): Issue[] {
  const issues = [
    ...unknownKeys(tests, [...testKeys, ...restoreTestSettingKeys], path),
    ...(([undefined, "RDS", "Aurora"] as unknown[]).includes(tests.type)
      ? selectionsIssues(testedDatabase(args, tests), `${path}.`)
      : [problem("restore-type", `${path}.type`, 'be "RDS" or "Aurora"', tests.type, "leave it out")]),
    ...restoreSettingIssues(tests, `${path}.`),
  ].map(own);
  if (args.longTerm === undefined)
    issues.push(
      problem(
        "rds-restore-testing",
        path,
        "stand beside longTerm (AWS Backup restores its own recovery points, not the automated backups of RDS)",
        "no longTerm",
        "give longTerm: { vault }, or leave it out",
      ),
    );
  return issues;
}

/** The user has named no selection: the database is the only one. */
function own(issue: Issue): Issue {
  const plain = (text: string) => text.replace(".selections.database.", ".");
  return { ...issue, path: plain(issue.path), message: plain(issue.message) };
}

/** What a restore test of a database restores. */
export function testedDatabase(
  { instance, cluster }: RdsTarget,
  { type, restoreMetadata, validationWindowHours }: DatabaseRestoreTests,
): { database: RestoreTestSelection } {
  const resources = [(instance ?? cluster)?.arn ?? ""];
  return {
    database: {
      type: type ?? (instance === undefined ? "Aurora" : "RDS"),
      resources,
      restoreMetadata,
      validationWindowHours,
    },
  };
}

/** Region of the database, as far as it is known before it exists. */
export function databaseRegion(args: RdsTarget): string | undefined {
  return args.region ?? readArn((args.instance ?? args.cluster)?.arn)?.region ?? regionOf(undefined);
}

/** Classes that RDS cannot keep: it ends at 35 days. */
export function longClasses(
  planned: Pick<PlannedAsset, "retention">,
): { name: Tier["name"]; days: number | "forever" }[] {
  return retentionClasses.flatMap((name) => {
    const days = planned.retention[name];
    return days === undefined || (days !== "forever" && days <= limits.rdsRetentionMax.value) ? [] : [{ name, days }];
  });
}

/** Problems of what the plan asks of RDS. `jobCrons` are the starts of jobs beside it. */
export function rdsPlanIssues(args: RdsTarget, planned: PlannedAsset, jobCrons: readonly string[], at = ""): Issue[] {
  if (planned.frequency === "none") return [];
  const max = limits.rdsRetentionMax.value;
  const issues: Issue[] = [];
  const window = planned.retention.pitrDays ?? 0;
  if (window > max)
    issues.push(
      problem(
        "rds-pitr",
        `${at}protection.retention.pitr`,
        `be at most ${max} days (RDS automated backups)`,
        `${window} days`,
        "shorten it, and keep older states by a class and longTerm",
      ),
    );
  for (const { name, days } of longClasses(planned))
    if (args.longTerm === undefined)
      issues.push(
        problem(
          "rds-second-mechanism",
          `${at}protection.retention.${name}`,
          `have a second mechanism past ${max} days (RDS automated backups end there)`,
          days === "forever" ? days : `${days} days`,
          "give longTerm: { vault }, or override the retention",
        ),
      );
    else if (days === "forever")
      issues.push(
        problem(
          "plan-retention",
          `${at}protection.retention.${name}`,
          `be at most ${limits.awsBackupRetentionMax.value} days (AWS Backup)`,
          days,
          "write a length of time",
        ),
      );
  if (args.restoreTesting !== undefined && planned.restoreTests.length > 0 && longClasses(planned).length === 0)
    issues.push(
      problem(
        "rds-restore-testing",
        `${at}protection.restoreTests`,
        `have a class past ${max} days to restore (AWS Backup restores what longTerm keeps, not the automated backups of RDS)`,
        planned.restoreTests.map(({ kind }) => kind),
        "keep such a class, or leave restoreTesting out in this environment",
      ),
    );
  return [...issues, ...windowIssues(args, jobCrons, at)];
}

function replicationIssues(args: RdsTarget, replication: BackupReplication, path: string): Issue[] {
  const issues = [
    ...unknownKeys(replication, replicationKeys, path),
    ...missingArguments(replication, { region: "name the other region" }, `${path}.`),
  ];
  const { region, kmsKeyArn, retentionDays } = replication;
  if (args.cluster !== undefined)
    issues.push(
      problem(
        "rds-replication",
        path,
        "be left out for clusters (RDS replicates automated backups of instances only)",
        region,
        "copy by longTerm.copies",
      ),
    );
  const own = databaseRegion(args);
  if (own !== undefined && region === own)
    issues.push(
      problem("rds-replication", `${path}.region`, "differ from the database's region (RDS)", region, "name another"),
    );
  else if (own !== undefined && partitionOf(region) !== partitionOf(own))
    issues.push(
      problem(
        "rds-replication",
        `${path}.region`,
        `lie in the partition of ${own}, ${partitionOf(own)} (RDS allows certain pairs of regions, none across partitions)`,
        region,
        "name a region that aws rds describe-source-regions lists",
      ),
    );
  const key = readArn(kmsKeyArn);
  if (typeof kmsKeyArn === "string" && (key?.service !== "kms" || key.region !== region))
    issues.push(
      problem(
        "rds-replication-key",
        `${path}.kmsKeyArn`,
        `be the ARN of a key of ${region} (RDS encrypts where the copy lies)`,
        kmsKeyArn,
        "name a key of that region or leave it out",
      ),
    );
  const max = limits.rdsRetentionMax.value;
  if (retentionDays !== undefined && !(Number.isInteger(retentionDays) && retentionDays >= 1 && retentionDays <= max))
    issues.push(
      problem(
        "rds-replication",
        `${path}.retentionDays`,
        `be 1 to ${max} whole days (RDS)`,
        retentionDays,
        "leave it out for the environment's window",
      ),
    );
  return issues;
}
