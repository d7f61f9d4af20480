import * as pulumi from "@pulumi/pulumi";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const namespace = config.require("namespace");

const near = new kubernetes.FolderStore("near", {
  environment: "development",
  namespace,
  size: "1Gi",
  storageClassName: namespace,
});

const databases = [{ name: "orders", countTables: ["public.items"] }, { name: "ledger – ü" }];
const server = { databases, user: "postgres", version: "15", passwordSecret: { name: "shop-db" } };

new kubernetes.PostgresBackup("shop", {
  environment: "development",
  namespace,
  database: { ...server, host: "primary", replica: { host: "replica" } },
  stores: [near],
  keys: { recipients: config.requireObject<string[]>("recipients") },
});

if (config.getBoolean("restore") === true)
  new kubernetes.RestoreJob("shop-restore", {
    environment: "development",
    namespace,
    asset: "shop",
    store: near,
    into: { ...server, host: "empty" },
    jobs: 2,
    identitySecret: { name: "backup-identity" },
    publicKeys: [],
  });
