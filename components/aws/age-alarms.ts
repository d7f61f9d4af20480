import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";
import { ageAlarms, type AgedItem, type AlarmTarget } from "./age-check.js";
import type { BackupAlarmsArgs, WatchedDatabase, WatchedJobs, WatchedSnapshots } from "./backup-alarms-args.js";
import { maxAgeSeconds } from "./backup-alarms-rules.js";

const hour = 3_600;
/** An alarm looks back over at most so many seconds (CloudWatch: period x evaluation periods). */
const longestLookBackSeconds = 604_800;

/** What is counted, and which count is wrong. */
interface Count {
  /** Name of the alarm. */
  readonly alarm: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  /** `some` is wrong, or none for so many seconds. */
  readonly wrong: "some" | { readonly noneForSeconds: number };
  readonly description: string;
}

/** What is alarmed of: counts of CloudWatch, and ages that a function asks for. */
interface Watched {
  readonly counts: readonly Count[];
  readonly ages: readonly AgedItem[];
}

/** Alarms of everything that the arguments name. */
export function metricAlarms(
  name: string,
  args: BackupAlarmsArgs,
  target: AlarmTarget,
  options: pulumi.CustomResourceOptions,
): void {
  const { jobs = {}, snapshots = {}, databases = {}, snapshotMetricNamespace } = args;
  const watched = [
    ...Object.entries(jobs).map(([key, one]) => watchedJobs(`${name}-${key}`, one)),
    ...Object.entries(snapshots).map(([key, one]) =>
      watchedSnapshots(`${name}-${key}`, key, one, snapshotMetricNamespace),
    ),
    ...Object.entries(databases).map(([key, one]) => watchedDatabase(`${name}-${key}`, key, one)),
  ];
  alarm(
    name,
    { counts: watched.flatMap((one) => one.counts), ages: watched.flatMap((one) => one.ages) },
    target,
    options,
  );
}

/**
 * Alarms of counts and ages. There is no metric for the age of the newest backup. Where CloudWatch looks back far enough
 * the absence of a backup is one: where nothing ended well for the age that the plan allows, or nothing is counted at
 * all, somebody is told. Where it does not, a function looks.
 */
export function alarm(
  name: string,
  { counts, ages }: Watched,
  target: AlarmTarget,
  options: pulumi.CustomResourceOptions,
): void {
  const { region, topicArn, tags } = target;
  for (const { alarm: alarmName, wrong, ...count } of counts) {
    const hours = wrong === "some" ? 1 : Math.ceil(wrong.noneForSeconds / hour);
    new cloudwatch.MetricAlarm(
      alarmName,
      {
        region,
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
  ageAlarms(name, ages, target, options);
}

/** `prefix` begins the names of the alarms. */
function watchedJobs(prefix: string, { plan, asset, vault, resourceType, planId }: WatchedJobs): Watched {
  const age = maxAgeSeconds(plan, asset);
  if (age === undefined) return { counts: [], ages: [] };
  const one = {
    namespace: "AWS/Backup",
    dimensions: {
      BackupVaultName: vault.vaultName,
      ...(resourceType === undefined ? {} : { ResourceType: resourceType }),
    },
  };
  const some = (what: string, metricName: string, text: string): Count => ({
    ...one,
    alarm: `${prefix}-${what}`,
    metricName,
    wrong: "some",
    description: `A job for ${vault.name} ${text}`,
  });
  // Metrics are counted by vault: what is asked of one plan is asked of the service itself.
  const asked = planId !== undefined || age > longestLookBackSeconds;
  const backups = { kind: "vault", vaultName: vault.vaultName, vaultArn: vault.arn, resourceType, planId } as const;
  return {
    counts: [
      some("failed", "NumberOfBackupJobsFailed", "failed"),
      some("expired", "NumberOfBackupJobsExpired", "did not begin or end in its window"),
      some("copies-failed", "NumberOfCopyJobsFailed", "did not reach its copy"),
      ...(asked
        ? []
        : [missing(age, `${prefix}-missing`, { ...one, metricName: "NumberOfBackupJobsCompleted" }, vault.name)]),
    ],
    ages: asked ? [{ alarm: `${prefix}-missing`, what: vault.name, seconds: age, backups }] : [],
  };
}

/** `prefix` begins the names of the alarms. */
export function watchedSnapshots(
  prefix: string,
  what: string,
  { plan, asset, policyId }: WatchedSnapshots,
  namespace = "AWS/EBS",
): Watched {
  const age = maxAgeSeconds(plan, asset);
  if (age === undefined) return { counts: [], ages: [] };
  const one = { namespace, dimensions: { DLMPolicyId: policyId } };
  const some = (key: string, metricName: string, text: string): Count => ({
    ...one,
    alarm: `${prefix}-${key}`,
    metricName,
    wrong: "some",
    description: `A snapshot of ${what} ${text}`,
  });
  const asked = age > longestLookBackSeconds;
  return {
    counts: [
      some("failed", "SnapshotsCreateFailed", "failed"),
      some("copies-failed", "SnapshotsCopiedRegionFailed", "was not copied"),
      ...(asked
        ? []
        : [
            missing(age, `${prefix}-missing`, { ...one, metricName: "SnapshotsCreateCompleted" }, what),
            // The policy runs and finds nothing: somebody has taken the tags away.
            missing(age, `${prefix}-targets`, { ...one, metricName: "ResourcesTargeted" }, what),
          ]),
    ],
    ages: asked ? [{ alarm: `${prefix}-missing`, what, seconds: age, backups: { kind: "policy", policyId } }] : [],
  };
}

/** `prefix` begins the name of the alarm. */
export function watchedDatabase(prefix: string, what: string, watched: WatchedDatabase): Watched {
  const { plan, asset, instance, cluster } = watched;
  const seconds = maxAgeSeconds(plan, asset);
  if (seconds === undefined) return { counts: [], ages: [] };
  const backups =
    instance === undefined
      ? ({ kind: "cluster", id: cluster?.clusterIdentifier ?? "", arn: cluster?.arn ?? "" } as const)
      : ({ kind: "instance", id: instance.identifier, arn: instance.arn } as const);
  return { counts: [], ages: [{ alarm: `${prefix}-missing`, what, seconds, backups }] };
}

function missing(
  age: number,
  alarmName: string,
  count: Pick<Count, "namespace" | "metricName" | "dimensions">,
  what: string,
): Count {
  return {
    ...count,
    alarm: alarmName,
    wrong: { noneForSeconds: age },
    description: `No ${count.metricName} of ${what} for ${Math.ceil(age / hour)} hours`,
  };
}
