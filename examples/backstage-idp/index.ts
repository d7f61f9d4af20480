import * as pulumi from "@pulumi/pulumi";
import { BackupStrategy } from "pulumi-backup-tiers";
import * as aws from "pulumi-backup-tiers/aws";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";
import { environment, scenarios, unprotected } from "./matrix";

const config = new pulumi.Config();
const region = "us-east-1";
const elsewhere = "us-west-2";
const namespace = "backstage";
const catalogueJob = "backstage-catalog-backup";
const catalogueCheck = "backstage-catalogue-check";
const providerArn = config.require("oidcProviderArn");

const offsite = new aws.BackupBucket("backstage-backups-offsite", {
  environment,
  region: elsewhere,
  prefix: "backstage",
  writers: { serviceAccounts: { providerArn, names: [`${namespace}/${catalogueJob}`] } },
  readers: { serviceAccounts: { providerArn, names: [`${namespace}/${catalogueCheck}`] } },
});
const primary = new aws.BackupBucket("backstage-backups", {
  environment,
  region,
  prefix: "backstage",
  writers: { roleName: offsite.writerRoleName },
  readers: { roleName: offsite.readerRoleName },
});

// The bucket exists already: only its settings are made, and a copy elsewhere.
const state = new aws.StateBucket("tfstate", {
  environment,
  region,
  existing: { arn: "arn:aws:s3:::poc-idp-tfstate", bucket: "poc-idp-tfstate" },
});

const alarms = new aws.BackupAlarms("backstage-alarms", {
  environment,
  region,
  emails: [config.require("alarmEmail")],
});

const strategy = new BackupStrategy("backstage", {
  environment,
  stores: { primary, offsite },
  keys: {
    recipients: config.requireObject<string[]>("recipients"),
    signingKeySecret: { name: "backup-signing-key" },
  },
  assets: {
    catalogue: kubernetes.postgres({
      namespace,
      jobName: catalogueJob,
      host: "backstage-postgresql",
      database: "backstage",
      user: "postgres",
      passwordSecret: { name: "backstage-postgresql", key: "postgres-password" },
      version: "15",
      serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": offsite.writerRoleArn },
      // Looks at both copies every day, and may only read.
      check: { serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": offsite.readerRoleArn } },
    }),
    "terraform-state": aws.bucket({
      bucket: state,
      region,
      versioning: "existing",
      lifecycle: "existing",
      copies: [{ to: offsite }],
    }),
    volumes: aws.ebsVolumes({
      region,
      targetTags: { "kubernetes.io/created-for/pvc/namespace": namespace },
      copies: [{ region: elsewhere }],
      alarmTopicArn: alarms.topicArn,
    }),
  },
  unprotected,
});

export const plan = strategy.plan;
export const coverage = strategy.coverage;
export const recovery = scenarios;
export const alarmTopic = alarms.topicArn;
