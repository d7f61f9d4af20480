import * as pulumi from "@pulumi/pulumi";
import { BackupStrategy, environmentOfStack } from "pulumi-backup-tiers";
import * as aws from "pulumi-backup-tiers/aws";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const environment = environmentOfStack();
const namespace = "shop";

// Near: fast to restore from, lost with the cluster. Primary and offsite: two regions, locked.
const near = new kubernetes.FolderStore("backups-near", { environment, namespace, size: "50Gi" });
const primary = new aws.BackupBucket("backups", { environment, region: "eu-west-1" });
const offsite = new aws.BackupBucket("backups-offsite", { environment, region: "eu-central-1" });

const strategy = new BackupStrategy("platform", {
  environment,
  stores: { primary, offsite, near },
  keys: {
    recipients: new pulumi.Config("platform").requireObject<string[]>("recipients"),
    signingKeySecret: { name: "backup-signing-key" },
  },
  assets: {
    orders: kubernetes.postgres({
      namespace,
      host: "orders-db",
      database: "orders",
      passwordSecret: { name: "orders-db" },
      version: "17",
      countTables: ["public.orders", "public.payments"],
    }),
    accounts: kubernetes.postgres({
      namespace,
      host: "accounts-db",
      database: "accounts",
      passwordSecret: { name: "accounts-db" },
      version: "17",
    }),
    "cluster-state": kubernetes.objects({ namespace, namespaces: [namespace] }),
  },
  unprotected: {
    sessions: "Redis holds sessions only; users log in again",
    "search-index": "rebuilt from orders by the indexer in 20 minutes",
  },
});

export const plan = strategy.plan;
export const coverage = strategy.coverage;
