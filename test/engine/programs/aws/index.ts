import * as rds from "@pulumi/aws/rds";
import * as s3 from "@pulumi/aws/s3";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import { environmentOfStack } from "pulumi-backup-tiers";
import * as aws from "pulumi-backup-tiers/aws";

const config = new pulumi.Config();
const environment = environmentOfStack();
const region = "eu-west-1";
const other = "eu-central-1";
const keepDays = config.getNumber("keepDays") ?? 30;

const protection = aws.protectStack(environment);
const topic = new sns.Topic("events");

const copies = new aws.BackupBucket("copies", { environment, region: other, ownKey: true });
const bucket = new aws.BackupBucket("backups", {
  environment,
  region,
  ownKey: true,
  lock: { period: `${config.getNumber("lockDays") ?? 7} days` },
  expireAfterDays: [keepDays, 400],
  coldStorage: { after: "30 days" },
  replication: { to: copies },
  writers: { principalArns: ["arn:aws:iam::123456789012:role/job"] },
});
const uploads = new s3.Bucket("uploads");
new aws.BucketBackup("uploads", {
  environment,
  region,
  bucket: uploads,
  copies: [{ to: copies, storageClass: "GLACIER_IR" }],
  protection: { copies: 2 },
});

const vault = new aws.BackupVault("vault", { environment, region, notificationTopicArn: topic.arn });
const recovery = new aws.BackupVault("recovery", { environment, region: other, account: "recovery" });
const offsite = new aws.BackupVault("offsite", { environment, region: other, lock: { maxRetentionDays: 400 } });

const settings = { engine: "postgres", instanceClass: "db.t4g.small", allocatedStorage: 20, username: "root" };
const ledger = new rds.Instance("ledger", {
  ...settings,
  password: "a-password-of-the-test",
  ...aws.rdsSettings(environment),
  finalSnapshotIdentifier: "ledger-final",
});
const adopted = new rds.Instance("adopted", {
  ...settings,
  password: "a-password-of-the-test",
  backupRetentionPeriod: 1,
});

new aws.RdsBackups("ledger", {
  environment,
  instance: ledger,
  region,
  replication: { region: other },
  longTerm: { vault, copies: [{ vault: offsite }, { vault: recovery }] },
  eventTopicArn: topic.arn,
});
const files = new aws.BackupPlan("files", {
  environment,
  vault,
  copies: [{ vault: offsite, retention: "90 days" }],
  anyTags: { backup: "yes" },
  restoreTesting: { selections: { files: { type: "EFS" } } },
  alarmTopicArn: topic.arn,
  protection: {
    frequency: "1 day",
    retention: { daily: `${keepDays} days`, weekly: "70 days" },
    restoreTests: [{ kind: "restore", every: "1 month" }],
  },
});
const volumes = new aws.SnapshotPolicy("volumes", {
  environment,
  region,
  targetTags: { snapshots: "yes" },
  copies: [{ region: other }],
});
const alarms = new aws.BackupAlarms("alarms", {
  environment,
  region,
  ownKey: true,
  emails: ["platform@example.com"],
  slack: { workspaceId: "T012AB3CD", channelId: "C012AB3CD" },
  jobs: { files: { plan: files.plan, vault } },
  snapshots: { volumes: { plan: volumes.plan, policyId: volumes.policyId } },
});
new aws.RestoreTesting("restores", {
  environment,
  vaults: [vault],
  selections: { databases: { type: "RDS", restoreMetadata: { dbSubnetGroupName: "private" } }, files: { type: "EFS" } },
  validation: {
    checkFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:count-rows",
    topicArn: alarms.topicArn,
  },
});
new aws.BackupAudit("audit", {
  environment,
  region,
  configRecorder: true,
  backups: { files: { plan: files.plan, resourceTypes: ["EFS"] } },
  reports: { bucket: "reports" },
});
// What a destroy never deletes has no place in a stack that is destroyed.
const state =
  environment.base === "development"
    ? undefined
    : new aws.StateBucket("state", { environment, region, copy: { to: copies } }, { retainOnDelete: true });

export const bucketName = bucket.bucketName;
export const copiesArn = copies.arn;
export const writerRoleArn = bucket.writerRoleArn;
export const uploadsName = uploads.bucket;
export const vaultName = vault.vaultName;
export const ledgerId = ledger.identifier;
export const adoptedId = adopted.identifier;
export const adoptedSnapshot = adopted.finalSnapshotIdentifier;
export const alarmTopic = alarms.topicArn;
export const stateName = state?.bucket;
export const planId = files.planId;
export const changes = protection.changes;
