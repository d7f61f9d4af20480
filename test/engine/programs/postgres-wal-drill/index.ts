import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();

/** A server that exists already, as a store. */
const primary: BackupStore = {
  name: "primary",
  declaration: { location: { provider: "aws", region: "us-east-1" } },
  access: {
    kind: "s3",
    bucket: "wal",
    region: "us-east-1",
    endpoint: config.require("endpoint"),
    forcePathStyle: true,
    credentialsSecret: "s3-credentials",
  },
};
const drills = new kubernetes.DrillNamespace("drills", { namespaceName: config.require("namespace") });
const shared = {
  environment: "staging",
  asset: "orders",
  stores: [primary],
  keys: {
    recipients: config.requireObject<string[]>("recipients"),
    signingKeySecret: { name: "backup-signing-key" },
    publicKeys: [config.require("publicKey")],
  },
  namespace: drills.namespaceName,
  certificateAuthorities: { configMap: "company-ca" },
} as const;

new kubernetes.RestoreDrill("orders-drill", {
  ...shared,
  every: "1 week",
  data: {
    kind: "postgres-wal",
    stanza: "main",
    image: config.require("image"),
    cipherSecret: { name: "orders-cipher" },
    window: "7 days",
  },
  pick: "oldest",
  scratch: { size: "2Gi" },
  checks: [
    {
      name: "deleted orders",
      sql: "SELECT count(*), max(id) FROM orders",
      expect: config.get("expect") ?? "1000|1000",
    },
  ],
});

new kubernetes.BackupCheck("orders-check", { ...shared, kind: "postgres", archive: true, drillsEvery: "1 week" });
