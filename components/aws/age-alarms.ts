import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupAlarmsArgs, WatchedJobs, WatchedSnapshots } from "./backup-alarms-args.js";
import { longestLookBackSeconds, maxAgeSeconds } from "./backup-alarms-rules.js";

const hour = 3_600;

/** What is counted, and which count is wrong. */
interface Count {
  /** What the alarm is called after the name of what is watched. */
  readonly key: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  /** `some` is wrong, or none for so many seconds. */
  readonly wrong: "some" | { readonly noneForSeconds: number };
  readonly description: string;
}

/**
 * Alarms of metrics. There is no metric for the age of the newest backup, so its absence is one: where nothing ended
 * well for the age that the plan allows, or nothing is counted at all, somebody is told.
 */
export function metricAlarms(
  name: string,
  args: BackupAlarmsArgs,
  topicArn: pulumi.Output<string>,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): void {
  const { jobs = {}, snapshots = {}, snapshotMetricNamespace = "AWS/EBS" } = args;
  const counts = [
    ...Object.entries(jobs).flatMap(([key, watched]) => jobCounts(key, watched)),
    ...Object.entries(snapshots).flatMap(([key, watched]) => snapshotCounts(key, watched, snapshotMetricNamespace)),
  ];
  for (const { key, wrong, ...count } of counts) {
    const hours = wrong === "some" ? 1 : Math.ceil(wrong.noneForSeconds / hour);
    new cloudwatch.MetricAlarm(
      `${name}-${key}`,
      {
        region: args.region,
        alarmDescription: count.description,
        namespace: count.namespace,
        metricName: count.metricName,
        dimensions: count.dimensions,
        statistic: "Sum",
        period: hour,
        evaluationPeriods: hours,
        datapointsToAlarm: hours,
        threshold: 1,
        comparisonOperator: wrong === "some" ? "GreaterThanOrEqualToThreshold" : "LessThanThreshold",
        // Metrics of backups have no value where nothing happened.
        treatMissingData: wrong === "some" ? "notBreaching" : "breaching",
        alarmActions: [topicArn],
        okActions: wrong === "some" ? undefined : [topicArn],
        tags,
      },
      options,
    );
  }
}

function jobCounts(key: string, { plan, vault, resourceType }: WatchedJobs): Count[] {
  const age = maxAgeSeconds(plan);
  if (age === undefined) return [];
  const one = {
    namespace: "AWS/Backup",
    dimensions: {
      BackupVaultName: vault.vaultName,
      ...(resourceType === undefined ? {} : { ResourceType: resourceType }),
    },
  };
  const some = (what: string, metricName: string, text: string): Count => ({
    ...one,
    key: `${key}-${what}`,
    metricName,
    wrong: "some",
    description: `A job for ${vault.name} ${text}`,
  });
  return [
    some("failed", "NumberOfBackupJobsFailed", "failed"),
    some("expired", "NumberOfBackupJobsExpired", "did not begin or end in its window"),
    some("copies-failed", "NumberOfCopyJobsFailed", "did not reach its copy"),
    ...missing(age, `${key}-missing`, { ...one, metricName: "NumberOfBackupJobsCompleted" }, vault.name),
  ];
}

function snapshotCounts(key: string, { plan, policyId }: WatchedSnapshots, namespace: string): Count[] {
  const age = maxAgeSeconds(plan);
  if (age === undefined) return [];
  const one = { namespace, dimensions: { DLMPolicyId: policyId } };
  return [
    {
      ...one,
      key: `${key}-failed`,
      metricName: "SnapshotsCreateFailed",
      wrong: "some",
      description: `A snapshot of ${key} failed`,
    },
    {
      ...one,
      key: `${key}-copies-failed`,
      metricName: "SnapshotsCopiedRegionFailed",
      wrong: "some",
      description: `A snapshot of ${key} was not copied`,
    },
    ...missing(age, `${key}-missing`, { ...one, metricName: "SnapshotsCreateCompleted" }, key),
    // The policy runs and finds nothing: somebody has taken the tags away.
    ...missing(age, `${key}-targets`, { ...one, metricName: "ResourcesTargeted" }, key),
  ];
}

function missing(
  age: number,
  key: string,
  count: Pick<Count, "namespace" | "metricName" | "dimensions">,
  what: string,
): Count[] {
  return age > longestLookBackSeconds
    ? []
    : [
        {
          ...count,
          key,
          wrong: { noneForSeconds: age },
          description: `No ${count.metricName} of ${what} for ${Math.ceil(age / hour)} hours`,
        },
      ];
}
