import * as pulumi from "@pulumi/pulumi";
import { BackupStrategy, type BackupStore } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();

/** A server that exists already, as a store: two buckets of it stand for two regions. */
const store = (bucket: string): BackupStore => ({
  name: bucket,
  declaration: { location: { provider: "aws", region: bucket }, locks: true },
  access: {
    kind: "s3",
    bucket,
    region: "us-east-1",
    endpoint: config.require("endpoint"),
    forcePathStyle: true,
    credentialsSecret: "s3-credentials",
  },
});

const location = { credential: { name: "velero-s3" }, defaultLockDays: 0 };

export const strategy = new BackupStrategy("cluster", {
  environment: "development",
  stores: { primary: store("primary"), offsite: store("offsite") },
  keys: { recipients: config.requireObject<string[]>("recipients") },
  assets: {
    shop: kubernetes.velero({
      veleroNamespace: config.require("veleroNamespace"),
      scheduleName: "shop",
      namespaces: [config.require("namespace")],
      volumes: "files",
      volumePolicies: [{ conditions: { volumeTypes: [config.get("skippedVolumes") ?? "emptyDir"] }, action: "skip" }],
      repositoryPassword: config.requireSecret("repositoryPassword"),
      locations: { primary: location, offsite: location },
      protection: {
        frequency: { cron: config.get("cron") ?? "* * * * *" },
        retention: { hourly: "1 day", daily: `${config.getNumber("days") ?? 7} days` },
        copies: 2,
      },
    }),
  },
});
