import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const longhornNamespace = config.require("namespace");

const primary: BackupStore = {
  name: "primary",
  declaration: { location: { provider: "aws", region: "eu-west-1" } },
  access: { kind: "s3", bucket: "backups", region: "eu-west-1" },
};
const shared = {
  environment: "development",
  stores: [primary],
  longhornNamespace,
  protection: { retention: { daily: `${config.getNumber("days") ?? 7} days` } },
} as const;

export const { storageClassParameters } = new kubernetes.LonghornBackups("volumes", {
  ...shared,
  alertLabels: { release: "monitoring" },
});

export const { claimLabels } = new kubernetes.LonghornBackups("databases", {
  ...shared,
  targetName: "databases",
  groups: ["databases"],
});
