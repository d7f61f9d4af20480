import * as pulumi from "@pulumi/pulumi";
import { BackupStrategy, type BackupStore } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const namespace = config.require("namespace");

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

export const strategy = new BackupStrategy("shop", {
  environment: "production",
  stores: { primary: store("primary"), offsite: store("offsite") },
  keys: {
    recipients: config.requireObject<string[]>("recipients"),
    signingKeySecret: { name: "backup-signing-key" },
  },
  assets: {
    database: kubernetes.postgres({
      namespace,
      host: "todo-postgres",
      database: "tododb",
      passwordSecret: { name: "todo-secrets", key: "postgres-password" },
      version: "15",
      countTables: ["public.todos"],
      protection: { copies: 2, restoreTests: [], lock: { period: "7 days" }, retention: { daily: "30 days" } },
    }),
  },
});
