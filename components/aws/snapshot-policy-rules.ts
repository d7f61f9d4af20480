import {
  DurationError,
  type Issue,
  limits,
  parseDuration,
  type PlannedAsset,
  unknownKeys,
  wholeDays,
} from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { readArn } from "./arn.js";
import { awsCron } from "./aws-cron.js";
import { alarmTopicIssues } from "./backup-alarms-rules.js";
import { regionOf } from "./plan-one.js";
import { problem } from "./problem.js";
import {
  type SnapshotCopy,
  type SnapshotScripts,
  snapshotTargetKeys,
  type SnapshotTargets,
} from "./snapshot-policy-args.js";
import { type Tier, tiersOf } from "./tiers.js";

/** Schedules of one policy: one and three further. */
const schedulesMax = 4;
/** Shortest stay in the archive tier of EBS, which is billed in any case. */
const archiveDaysMin = limits.awsBackupColdStorageMin.value;

const copyKeys = ["region", "kmsKeyArn", "retention"] as const satisfies readonly (keyof SnapshotCopy)[];
const scriptKeys = [
  "handler",
  "stages",
  "timeoutSeconds",
  "retries",
  "snapshotOnFailure",
] as const satisfies readonly (keyof SnapshotScripts)[];

/** Problems of what a policy snapshots, whatever the environment. `at` is what stands before every path. */
export function snapshotTargetIssues(args: SnapshotTargets, allowed: readonly string[], at = ""): Issue[] {
  const issues = [
    ...unknownKeys(args, [...snapshotTargetKeys, ...allowed], at === "" ? "args" : at.slice(0, -1)),
    ...missingArguments(args, { targetTags: 'write for example { backup: "daily" }' }, at),
  ];
  if (issues.some(({ id }) => id === "argument-is-given")) return issues;
  const check = (id: string, holds: boolean, key: string, must: string, value: unknown, advice: string) => {
    if (!holds) issues.push(problem(id, at + key, must, value, advice));
  };
  const { of = "volumes", copies = [], fastRestoreZones = [], scripts } = args;
  check(
    "snapshot-of",
    ["volumes", "instances"].includes(of),
    "of",
    'be "volumes" or "instances" (DLM)',
    of,
    'leave it out for "volumes"',
  );
  check(
    "snapshot-target-tags",
    Object.keys(args.targetTags).length > 0,
    "targetTags",
    "name at least one tag (DLM)",
    args.targetTags,
    "a policy without tags snapshots nothing",
  );
  check(
    "snapshot-copies",
    copies.length <= limits.dlmCopyRulesMax.value,
    "copies",
    `hold at most ${limits.dlmCopyRulesMax.value} regions (DLM)`,
    copies.length,
    "leave some out",
  );
  copies.forEach((copy, index) => issues.push(...copyIssues(copy, regionOf(args.region), `${at}copies[${index}]`)));
  check(
    "snapshot-fast-restore",
    fastRestoreZones.length <= 10,
    "fastRestoreZones",
    "hold at most 10 zones (DLM)",
    fastRestoreZones.length,
    "leave some out",
  );
  const region = regionOf(args.region);
  fastRestoreZones
    .filter((zone) => region !== undefined && !zone.startsWith(region))
    .forEach((zone) => {
      check("snapshot-fast-restore", false, "fastRestoreZones", `lie in ${region ?? ""} (DLM)`, zone, "name its zones");
    });
  check(
    "snapshot-instances-only",
    scripts === undefined || of === "instances",
    "scripts",
    "be left out for volumes (DLM runs scripts in instances)",
    scripts,
    'set of: "instances"',
  );
  check(
    "snapshot-instances-only",
    args.excludeBootVolume !== true || of === "instances",
    "excludeBootVolume",
    "be left out for volumes (DLM)",
    args.excludeBootVolume,
    'set of: "instances"',
  );
  if (scripts !== undefined) issues.push(...scriptIssues(scripts, `${at}scripts`));
  check(
    "snapshot-archive",
    args.archiveAfter === undefined || of === "volumes",
    "archiveAfter",
    "be left out for instances (DLM archives snapshots of volumes)",
    args.archiveAfter,
    "leave it out",
  );
  issues.push(...alarmTopicIssues(args.alarmTopicArn, region, `${at}alarmTopicArn`));
  return issues;
}

/** Problems of the schedules that the plan comes to. */
export function snapshotScheduleIssues(args: SnapshotTargets, planned: PlannedAsset, at = ""): Issue[] {
  if (planned.frequency === "none") return [];
  const { cron, timeZone } = planned.schedule;
  const path = `${at}protection.frequency`;
  if (cron === null)
    return [
      problem("snapshot-schedule", path, "be a length of time or cron (DLM)", planned.frequency, 'write "1 day"'),
    ];
  const issues: Issue[] = [];
  if (!["Etc/UTC", "UTC"].includes(timeZone))
    issues.push(problem("snapshot-schedule", path, "count in UTC (DLM knows no time zones)", timeZone, "convert it"));
  const tiers = tiersOf(planned);
  if (tiers.length > schedulesMax)
    issues.push(
      problem(
        "snapshot-schedules",
        `${at}protection.retention`,
        `keep at most ${schedulesMax} classes (DLM)`,
        tiers.length,
        "leave a class out",
      ),
    );
  const converted = awsCron(cron);
  if ("obstacle" in converted)
    issues.push(problem("snapshot-schedule", path, `${converted.obstacle} (DLM)`, cron, "change it"));
  for (const { name, days } of tiers)
    if (days === "forever" || days > limits.dlmAgeMax.value)
      issues.push(
        problem(
          "snapshot-age",
          `${at}protection.retention.${name}`,
          `be at most ${limits.dlmAgeMax.value} days (DLM)`,
          days === "forever" ? days : `${days} days`,
          "write a length of time",
        ),
      );
  return [...issues, ...archiveIssues(args.archiveAfter, tiers, at)];
}

/** Classes whose schedules are rare enough for the archive tier: every 28 days or more. */
export function isArchived({ name }: Pick<Tier, "name">): boolean {
  return name === "monthly" || name === "yearly";
}

function archiveIssues(archiveAfter: string | undefined, tiers: readonly Tier[], at: string): Issue[] {
  if (archiveAfter === undefined) return [];
  const days = daysOf(archiveAfter);
  if (days === undefined) return [notADuration(`${at}archiveAfter`, archiveAfter)];
  const archived = tiers.filter(isArchived);
  if (archived.length === 0)
    return [
      problem(
        "snapshot-archive",
        `${at}archiveAfter`,
        "have a monthly or yearly class to archive (EBS archives no oftener than every 28 days)",
        archiveAfter,
        "keep such a class or leave it out",
      ),
    ];
  return archived
    .filter((tier) => typeof tier.days === "number" && tier.days - days < archiveDaysMin)
    .map((tier) =>
      problem(
        "snapshot-archive",
        `${at}archiveAfter`,
        `leave at least ${archiveDaysMin} days in the archive (EBS)`,
        `${archiveAfter} of ${tier.days} days ${tier.name}`,
        "archive earlier or keep longer",
      ),
    );
}

function copyIssues(copy: SnapshotCopy, region: string | undefined, path: string): Issue[] {
  const issues = [
    ...unknownKeys(copy, copyKeys, path),
    ...missingArguments(copy, { region: "name the region of the copies" }, `${path}.`),
  ];
  if (region !== undefined && copy.region === region)
    issues.push(
      problem(
        "snapshot-copy-region",
        `${path}.region`,
        "differ from the volumes' region (DLM)",
        region,
        "name another",
      ),
    );
  const key = readArn(copy.kmsKeyArn);
  if (key !== undefined && key.region !== copy.region)
    issues.push(
      problem(
        "snapshot-copy-key",
        `${path}.kmsKeyArn`,
        `be a key of ${copy.region} (DLM encrypts where the copy lies)`,
        copy.kmsKeyArn,
        "name a key of that region",
      ),
    );
  const { retention } = copy;
  const days = retention === undefined ? 1 : daysOf(retention);
  if (days === undefined) issues.push(notADuration(`${path}.retention`, retention));
  else if (days > limits.dlmAgeMax.value)
    issues.push(
      problem(
        "snapshot-age",
        `${path}.retention`,
        `be at most ${limits.dlmAgeMax.value} days (DLM)`,
        retention,
        "shorten it",
      ),
    );
  return issues;
}

function scriptIssues(scripts: SnapshotScripts, path: string): Issue[] {
  const issues = [
    ...unknownKeys(scripts, scriptKeys, path),
    ...missingArguments(scripts, { handler: "name the SSM document" }, `${path}.`),
  ];
  const { timeoutSeconds = 10, retries = 1 } = scripts;
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > 120)
    issues.push(
      problem("snapshot-scripts", `${path}.timeoutSeconds`, "be 1 to 120 (DLM)", timeoutSeconds, "leave it out for 10"),
    );
  if (!Number.isInteger(retries) || retries < 1 || retries > 3)
    issues.push(problem("snapshot-scripts", `${path}.retries`, "be 1 to 3 (DLM)", retries, "leave it out for none"));
  return issues;
}

function notADuration(path: string, value: unknown): Issue {
  return problem("duration", path, "be a length of time", value, 'write for example "30 days"');
}

/** Whole days of a duration; `undefined` for what is none. */
export function daysOf(text: string): number | undefined {
  try {
    return wholeDays(parseDuration(text));
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
}
