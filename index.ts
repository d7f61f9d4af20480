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

// Restores are rehearsed where they reach nothing but the stores. Only there lies an identity that opens artefacts: create
// the Secrets "backup-identity" and "backup-signing-key" in it by hand.
const drills = new kubernetes.DrillNamespace("restore-drills", {});
const drill: kubernetes.DrillSettings = {
  namespace: drills.namespaceName,
  stores: ["primary"],
  identitySecret: { name: "backup-identity" },
};

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
      check: {},
      drill: {
        ...drill,
        checks: [
          { name: "every payment has its order", sql: "SELECT count(*) = 0 FROM payments WHERE order_id IS NULL" },
        ],
      },
    }),
    accounts: kubernetes.postgres({
      namespace,
      host: "accounts-db",
      database: "accounts",
      passwordSecret: { name: "accounts-db" },
      version: "17",
      check: {},
      drill,
    }),
    "cluster-state": kubernetes.objects({ namespace, namespaces: [namespace], check: {} }),
  },
  unprotected: {
    sessions: "Redis holds sessions only; users log in again",
    "search-index": "rebuilt from orders by the indexer in 20 minutes",
  },
});

export const plan = strategy.plan;
export const coverage = strategy.coverage;
