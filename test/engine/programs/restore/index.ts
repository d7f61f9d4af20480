import * as pulumi from "@pulumi/pulumi";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const namespace = config.require("namespace");

new kubernetes.RestoreJob("todo-restore", {
  environment: "production",
  asset: "database",
  namespace,
  store: {
    name: "volume",
    declaration: { location: { provider: "kubernetes", region: "cluster" } },
    access: { kind: "folder", claimName: "todo-backup-pvc" },
  },
  into: {
    host: "todo-postgres",
    database: config.require("database"),
    passwordSecret: { name: "todo-secrets", key: "postgres-password" },
    version: "15",
  },
  identitySecret: { name: "backup-identity" },
  publicKeys: [config.require("publicKey")],
});
