import { type Issue, type Plan, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { readArn } from "./arn.js";
import type { BackupAlarmsArgs, SlackChannel, WatchedJobs, WatchedSnapshots } from "./backup-alarms-args.js";
import { isVault } from "./backup-plan-rules.js";
import { caution, problem } from "./problem.js";

const keys = [
  "environment",
  "region",
  "jobs",
  "snapshots",
  "emails",
  "slack",
  "topicArn",
  "ownKey",
  "tampering",
  "snapshotMetricNamespace",
  "tags",
] as const satisfies readonly (keyof BackupAlarmsArgs)[];
const jobKeys = ["plan", "vault", "resourceType"] as const satisfies readonly (keyof WatchedJobs)[];
const snapshotKeys = ["plan", "policyId"] as const satisfies readonly (keyof WatchedSnapshots)[];
const slackKeys = ["workspaceId", "channelId"] as const satisfies readonly (keyof SlackChannel)[];

/** An alarm looks back over at most so many seconds (CloudWatch: period x evaluation periods). */
export const longestLookBackSeconds = 604_800;

/** Problems of the alarms' arguments, all of them. */
export function backupAlarmsIssues(args: BackupAlarmsArgs): Issue[] {
  const { jobs = {}, snapshots = {}, emails = [], slack, topicArn } = args;
  const issues = unknownKeys(args, keys, "args");
  if (Object.keys(jobs).length + Object.keys(snapshots).length === 0)
    issues.push(
      problem("alarm-watches", "jobs", "name something to watch, or snapshots", jobs, "name a plan's backups"),
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
      ...ageIssues(watched.plan, `snapshots.${name}.plan`),
    );
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
  return [...issues, ...ageIssues(watched.plan, `${path}.plan`)];
}

/** What runs less than twice in seven days is too seldom for an alarm of CloudWatch. */
function ageIssues(plan: Plan | undefined, path: string): Issue[] {
  const age = maxAgeSeconds(plan);
  return age === undefined || age <= longestLookBackSeconds
    ? []
    : [
        caution(
          "alarm-age",
          path,
          "have backups every 3 days or more often for an alarm of their age (CloudWatch looks back 7 days)",
          `an age of ${Math.ceil(age / 86_400)} days`,
          "its failures are told; let an aws.BackupAudit see to its age",
        ),
      ];
}

/** Age of the newest backup above which to alarm, of the asset that bears least; `undefined` where none is made. */
export function maxAgeSeconds(plan: Plan | undefined): number | undefined {
  const ages = (plan?.assets ?? []).flatMap(({ maxAgeSeconds: age }) => (age === null ? [] : [age]));
  return ages.length === 0 ? undefined : Math.min(...ages);
}
