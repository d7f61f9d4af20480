import * as pulumi from "@pulumi/pulumi";
import { BackupStrategy, type BackupStore } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const namespace = config.require("namespace");

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

const drills = new kubernetes.DrillNamespace("drills", { namespaceName: `${namespace}-drills` });

export const strategy = new BackupStrategy("shop", {
  environment: "production",
  stores: { primary },
  keys: {
    recipients: config.requireObject<string[]>("recipients"),
    signingKeySecret: { name: "backup-signing-key" },
    publicKeys: [config.require("publicKey")],
  },
  assets: {
    database: kubernetes.postgres({
      namespace,
      host: "todo-postgres",
      database: "tododb",
      passwordSecret: { name: "todo-secrets", key: "postgres-password" },
      version: "15",
      countTables: ["public.todos"],
      protection: {
        copies: 1,
        lock: { period: "1 day" },
        restoreTests: [{ kind: "smoke", every: "1 day" }],
        targets: { rto: "1 hour", rpo: "2 hours" },
        onDestroy: "delete",
      },
      drill: {
        namespace: drills.namespaceName,
        identitySecret: { name: "backup-identity" },
        checks: [
          {
            name: "todos are done",
            sql: "SELECT count(*) FROM todos WHERE done",
            expect: config.get("done") ?? "1666",
          },
        ],
      },
      check: { reads: "newest" },
    }),
  },
});
