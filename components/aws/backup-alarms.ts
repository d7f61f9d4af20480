import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import { metricAlarms } from "./age-alarms.js";
import { eventRules } from "./alarm-events.js";
import { alarmTopic } from "./alarm-topic.js";
import type { BackupAlarmsArgs } from "./backup-alarms-args.js";
import { backupAlarmsIssues } from "./backup-alarms-rules.js";
import { libraryTags } from "./plan-one.js";

/**
 * Tells somebody when a backup of AWS failed, expired, was not copied or is missing for longer than its plan allows, and
 * when somebody deletes one: events where AWS sends them, alarms on metrics where it may not, and a function that looks
 * for the newest backup where no metric tells. One for each region. Assets of a strategy take its `topicArn` as their
 * `alarmTopicArn`.
 *
 * @example
 * new BackupAlarms("alarms", {
 *   environment: "production",
 *   emails: ["platform@example.com"],
 *   jobs: { files: { plan: files.plan, vault } },
 *   snapshots: { volumes: { plan: volumes.plan, policyId: volumes.policyId } },
 * });
 */
export class BackupAlarms extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:aws:BackupAlarms";

  /** ARN of the topic, also for the `eventTopicArn` of RdsBackups. */
  readonly topicArn: pulumi.Output<string>;
  /** What cannot be watched by an alarm, and why. */
  readonly issues: readonly Issue[];

  constructor(name: string, args: BackupAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(BackupAlarms.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    this.issues = [...issues, ...backupAlarmsIssues(args)];
    throwOnErrors("aws.BackupAlarms", name, this.issues, this);
    const options = {
      parent: this,
      protect: opts?.protect ?? (environment.base === "development" ? undefined : true),
    };
    const tags = libraryTags(environment, args.tags);

    this.topicArn = alarmTopic(name, args, tags, options);
    eventRules(name, args, this.topicArn, tags, options);
    metricAlarms(name, args, { region: args.region, topicArn: this.topicArn, tags }, options);
    this.registerOutputs({ topicArn: this.topicArn, issues: this.issues });
  }
}
