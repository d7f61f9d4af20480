import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const namespace = config.require("namespace");
const group = config.require("group");

/** A server that exists already, as a store. */
const primary: BackupStore = {
  name: "primary",
  declaration: { location: { provider: "aws", region: "primary" }, locks: true },
  access: {
    kind: "s3",
    bucket: "primary",
    region: "us-east-1",
    endpoint: config.require("endpoint"),
    forcePathStyle: true,
    credentialsSecret: "s3-credentials",
  },
};

const shared = {
  environment: "staging",
  stores: { primary },
  keys: {
    recipients: config.requireObject<string[]>("recipients"),
    signingKeySecret: { name: "backup-signing-key" },
    publicKeys: [config.require("publicKey")],
  },
  protection: { frequency: "1 day", retention: { daily: "7 days" }, onDestroy: "delete" },
} satisfies Partial<kubernetes.BackupJobArgs>;

new kubernetes.ObjectsBackup("state", {
  ...shared,
  namespace,
  namespaces: [namespace],
  customGroups: [group],
  secrets: "sealed",
});

const drills = new kubernetes.DrillNamespace("drills", { namespaceName: `${namespace}-drills` });

new kubernetes.RestoreDrill("state-drill", {
  ...shared,
  asset: "state",
  data: { kind: "kubernetes-objects", customGroups: [group] },
  every: "1 week",
  namespace: drills.namespaceName,
  identitySecret: { name: "backup-identity" },
});
