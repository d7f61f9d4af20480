import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const namespace = config.require("namespace");

const primary: BackupStore = {
  name: "primary",
  declaration: { location: { provider: "aws", region: "eu-west-1" } },
  access: { kind: "s3", bucket: "wal", region: "eu-west-1", credentialsSecret: "keys" },
};
const shared = {
  environment: "development",
  stores: [primary],
  window: `${config.getNumber("days") ?? 7} days`,
  namespace,
} as const;

export const { clusterSpec } = new kubernetes.PostgresWal("orders", {
  ...shared,
  tool: { kind: "cloudnative-pg", cluster: "orders", patchCluster: true },
});

export const { pod } = new kubernetes.PostgresWal("ledger", {
  ...shared,
  tool: {
    kind: "pgbackrest",
    stanza: "ledger",
    host: "ledger-db",
    image: "registry.example/postgres-pgbackrest:17",
    cipherSecret: { name: "ledger-cipher" },
    tls: { secretName: "ledger-tls", commonName: "ledger-backup" },
  },
});
