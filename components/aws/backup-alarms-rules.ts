import { type Issue, type Plan, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { readArn } from "./arn.js";
import type {
  BackupAlarmsArgs,
  SlackChannel,
  WatchedDatabase,
  WatchedJobs,
  WatchedSnapshots,
} from "./backup-alarms-args.js";
import { problem } from "./problem.js";
import { isVault } from "./vault-target.js";

const keys = [
  "environment",
  "region",
  "jobs",
  "snapshots",
  "databases",
  "emails",
  "slack",
  "topicArn",
  "ownKey",
  "tampering",
  "snapshotMetricNamespace",
  "tags",
] as const satisfies readonly (keyof BackupAlarmsArgs)[];
const jobKeys = ["plan", "asset", "vault", "resourceType", "planId"] as const satisfies readonly (keyof WatchedJobs)[];
const snapshotKeys = ["plan", "asset", "policyId"] as const satisfies readonly (keyof WatchedSnapshots)[];
const databaseKeys = ["plan", "asset", "instance", "cluster"] as const satisfies readonly (keyof WatchedDatabase)[];
const slackKeys = ["workspaceId", "channelId"] as const satisfies readonly (keyof SlackChannel)[];

/** Problems of the alarms' arguments, all of them. */
export function backupAlarmsIssues(args: BackupAlarmsArgs): Issue[] {
  const { jobs = {}, snapshots = {}, databases = {}, emails = [], slack, topicArn } = args;
  const issues = unknownKeys(args, keys, "args");
  const given = [args.jobs, args.snapshots, args.databases].filter((one) => one !== undefined);
  if (given.length > 0 && given.every((one) => Object.keys(one).length === 0))
    issues.push(
      problem(
        "alarm-watches",
        "jobs",
        "name something to watch, or snapshots, or databases",
        jobs,
        "name it, or leave it out for events alone",
      ),
    );
  if (emails.length === 0 && slack === undefined && topicArn === undefined)
    issues.push(
      problem(
        "alarm-recipient",
        "emails",
        "name somebody, or slack, or topicArn (an alarm that nobody gets is none)",
        emails,
        "name an address",
      ),
    );
  emails.forEach((email, index) => {
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email))
      issues.push(problem("alarm-email", `emails[${index}]`, "be an address (SNS)", email, "correct it"));
  });
  if (slack !== undefined)
    issues.push(
      ...unknownKeys(slack, slackKeys, "slack"),
      ...missingArguments(slack, { workspaceId: "it begins with T", channelId: "it begins with C" }, "slack."),
    );
  const topic = readArn(topicArn);
  if (topic !== undefined && (topic.service !== "sns" || topic.resource.endsWith(".fifo")))
    issues.push(
      problem("alarm-topic", "topicArn", "be the ARN of a standard SNS topic (EventBridge)", topicArn, "name a topic"),
    );
  for (const [name, watched] of Object.entries(jobs)) issues.push(...jobIssues(watched, `jobs.${name}`));
  for (const [name, watched] of Object.entries(snapshots))
    issues.push(
      ...unknownKeys(watched, snapshotKeys, `snapshots.${name}`),
      ...missingArguments(watched, { plan: "give the policy's plan", policyId: "give its id" }, `snapshots.${name}.`),
      ...assetIssues(watched, `snapshots.${name}`),
    );
  for (const [name, watched] of Object.entries(databases)) issues.push(...databaseIssues(watched, `databases.${name}`));
  return issues;
}

function jobIssues(watched: WatchedJobs, path: string): Issue[] {
  const issues = [
    ...unknownKeys(watched, jobKeys, path),
    ...missingArguments(watched, { plan: "give the component's plan", vault: "give its vault" }, `${path}.`),
  ];
  if (issues.length > 0) return issues;
  if (!isVault(watched.vault))
    issues.push(problem("vault-is-a-vault", `${path}.vault`, "be a vault", "something else", "give the BackupVault"));
  return [...issues, ...assetIssues(watched, path)];
}

function databaseIssues(watched: WatchedDatabase, path: string): Issue[] {
  const issues = [
    ...unknownKeys(watched, databaseKeys, path),
    ...missingArguments(watched, { plan: "give the component's plan" }, `${path}.`),
    ...assetIssues(watched, path),
  ];
  const { instance, cluster } = watched;
  if ((instance === undefined) === (cluster === undefined))
    issues.push(
      problem(
        "alarm-database",
        `${path}.instance`,
        "be given, or cluster, and not both",
        instance === undefined ? undefined : "both",
        "give the aws.rds.Instance or the aws.rds.Cluster",
      ),
    );
  return issues;
}

/** An asset by name must be in the plan: of one that is not, nobody would be told. */
export function assetIssues({ plan, asset }: { readonly plan?: Plan; readonly asset?: string }, path: string): Issue[] {
  const names = plan?.assets.map(({ name }) => name);
  return asset === undefined || names === undefined || names.includes(asset)
    ? []
    : [problem("watched-asset", `${path}.asset`, "be an asset of the plan", asset, `use ${names.join(", ")}`)];
}

/** Problems of the topic that an asset's own alarms tell. */
export function alarmTopicIssues(topicArn: unknown, region: string | undefined, path: string): Issue[] {
  const topic = readArn(topicArn);
  const wrong =
    typeof topicArn === "string" &&
    (topic?.service !== "sns" || topic.resource.endsWith(".fifo") || (region !== undefined && topic.region !== region));
  return wrong
    ? [
        problem(
          "alarm-topic",
          path,
          `be the ARN of a standard SNS topic${region === undefined ? "" : ` of ${region}`} (CloudWatch)`,
          topicArn,
          "name a topic, such as the topicArn of an aws.BackupAlarms",
        ),
      ]
    : [];
}

/**
 * Age of the newest backup above which to alarm, of one asset or of the one that bears least; `undefined` where none is
 * made.
 */
export function maxAgeSeconds(plan: Plan, asset?: string): number | undefined {
  const ages = plan.assets.flatMap(({ name, maxAgeSeconds: age }) =>
    age === null || (asset !== undefined && name !== asset) ? [] : [age],
  );
  return ages.length === 0 ? undefined : Math.min(...ages);
}
