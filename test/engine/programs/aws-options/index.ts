import * as pulumi from "@pulumi/pulumi";
import { adopt } from "pulumi-backup-tiers";
import * as aws from "pulumi-backup-tiers/aws";

/** Every component of AWS with as many children as it can have, under options that the test chooses. */
const config = new pulumi.Config();
const name = config.require("name");
const former = config.get("former");
const adopted = config.getObject<Record<string, string>>("adopted") ?? {};

const environment = "staging";
const region = "eu-west-1";
const other = "eu-central-1";
const topicArn = `arn:aws:sns:${region}:123456789012:ops`;
const checkFunctionArn = `arn:aws:lambda:${region}:123456789012:function:check`;
const protection = { restoreTests: [{ kind: "restore", every: "1 month" }] } as const;

/** Options of one component; what exists of its children is taken over. */
function options(part: string): pulumi.ComponentResourceOptions {
  const own = Object.entries(adopted).filter(([key]) => key.split(" ")[1]!.startsWith(`${name}-${part}`));
  return {
    protect: false,
    retainOnDelete: true,
    aliases: former === undefined ? undefined : [{ name: `${former}-${part}` }],
    ...(own.length === 0 ? {} : adopt(Object.fromEntries(own))),
  };
}

const copies = new aws.BackupBucket(`${name}-copies`, { environment, region: other, ownKey: true }, options("copies"));
const bucket = new aws.BackupBucket(
  `${name}-bucket`,
  {
    environment,
    region,
    ownKey: true,
    replication: { to: copies },
    writers: { principalArns: ["arn:aws:iam::123456789012:role/job"] },
  },
  options("bucket"),
);
new aws.StateBucket(`${name}-state`, { environment, region, ownKey: true }, options("state"));
new aws.BucketBackup(
  `${name}-uploads`,
  { environment, region, bucket: { arn: copies.arn, bucket: bucket.bucketName }, lifecycle: "existing" },
  options("uploads"),
);
const vault = new aws.BackupVault(
  `${name}-vault`,
  { environment, region, lock: { minRetentionDays: 1 }, notificationTopicArn: topicArn },
  options("vault"),
);
const files = new aws.BackupPlan(
  `${name}-files`,
  {
    environment,
    vault,
    anyTags: { backup: "yes" },
    restoreTesting: { selections: { files: { type: "EFS" } }, validation: { checkFunctionArn } },
    alarmTopicArn: topicArn,
    protection,
  },
  options("files"),
);
new aws.RdsBackups(
  `${name}-ledger`,
  {
    environment,
    instance: { arn: `arn:aws:rds:${region}:123456789012:db:ledger`, identifier: "ledger" },
    replication: { region: other },
    longTerm: { vault },
    exportTo: { bucket: { arn: "arn:aws:s3:::exports", bucket: "exports" } },
    restoreTesting: {},
    eventTopicArn: topicArn,
    alarmTopicArn: topicArn,
    protection: { ...protection, retention: { monthly: "6 months" } },
  },
  options("ledger"),
);
new aws.SnapshotPolicy(
  `${name}-volumes`,
  { environment, region, targetTags: { backup: "volumes" }, alarmTopicArn: topicArn },
  options("volumes"),
);
new aws.BackupAlarms(
  `${name}-alarms`,
  { environment, region, ownKey: true, emails: ["platform@example.com"], jobs: { files: { plan: files.plan, vault } } },
  options("alarms"),
);
new aws.RestoreTesting(
  `${name}-restores`,
  { environment, vaults: [vault], selections: { files: { type: "EFS" } } },
  options("restores"),
);
new aws.BackupAudit(
  `${name}-audit`,
  {
    environment,
    region,
    configRecorder: true,
    backups: { files: { plan: files.plan, resourceTypes: ["EFS"] } },
    reports: { bucket: "reports" },
  },
  options("audit"),
);
