import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";
import { nameWhereNeeded } from "./aws-names.js";
import type { BackupAlarmsArgs } from "./backup-alarms-args.js";

/** Some events carry `state`, others `status`. */
const ended = (...states: readonly string[]) => ({ $or: [{ state: states }, { status: states }] });

/** What EventBridge tells of backups, by what it is. It tells best, not for sure: alarms on metrics stand beside it. */
const patterns = {
  "failed-jobs": {
    source: ["aws.backup"],
    "detail-type": ["Backup Job State Change", "Copy Job State Change", "Restore Job State Change"],
    detail: ended("FAILED", "ABORTED", "EXPIRED", "PARTIAL"),
  },
  "failed-snapshots": {
    source: ["aws.ec2"],
    "detail-type": ["EBS Snapshot Notification"],
    detail: { event: ["createSnapshot", "createSnapshots", "copySnapshot"], result: ["failed"] },
  },
  "policy-errors": {
    source: ["aws.dlm"],
    "detail-type": ["DLM Policy State Change"],
    detail: { state: ["ERROR"] },
  },
  tampering: {
    source: ["aws.backup", "aws.dlm"],
    "detail-type": ["AWS API Call via CloudTrail"],
    detail: {
      eventName: [
        "DeleteBackupPlan",
        "DeleteBackupSelection",
        "DeleteBackupVaultAccessPolicy",
        "DeleteBackupVaultLockConfiguration",
        "DeleteLifecyclePolicy",
        "DeleteRecoveryPoint",
        "DisassociateRecoveryPoint",
        "PutBackupVaultAccessPolicy",
        "UpdateRecoveryPointLifecycle",
      ],
    },
  },
} as const;

/** Rules that send to the topic what went wrong. */
export function eventRules(
  name: string,
  args: BackupAlarmsArgs,
  topicArn: pulumi.Output<string>,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): void {
  const { region, tampering = true } = args;
  for (const [key, pattern] of Object.entries(patterns)) {
    if (key === "tampering" && !tampering) continue;
    const rule = new cloudwatch.EventRule(
      `${name}-${key}`,
      {
        name: nameWhereNeeded(`${name}-${key}`, ruleNameMax),
        region,
        description: `Backups: ${key.replace("-", " ")}`,
        eventPattern: JSON.stringify(pattern),
        state: "ENABLED",
        tags,
      },
      options,
    );
    new cloudwatch.EventTarget(`${name}-${key}`, { region, rule: rule.name, arn: topicArn }, options);
  }
}

const ruleNameMax = 64;
