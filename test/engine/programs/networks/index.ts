import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const namespace = config.require("namespace");
const publicKey = config.require("publicKey");

/** A server that exists already, at a port of its own that a program may learn late. */
const store: BackupStore = {
  name: "primary",
  declaration: { location: { provider: "aws", region: "primary" }, locks: true },
  access: {
    kind: "s3",
    bucket: "primary",
    region: "us-east-1",
    endpoint: pulumi.output(config.require("endpoint")),
    forcePathStyle: true,
    credentialsSecret: "s3-credentials",
  },
};

const shared = {
  environment: "staging",
  namespace,
  stores: { primary: store },
  keys: {
    recipients: config.requireObject<string[]>("recipients"),
    signingKeySecret: { name: "backup-signing-key" },
    publicKeys: [publicKey],
  },
  protection: { frequency: "1 day", retention: { daily: "7 days" }, lock: "none", copies: 1, onDestroy: "delete" },
} satisfies Partial<kubernetes.BackupJobArgs>;

const passwordSecret = { name: "todo-secrets", key: "postgres-password" };

new kubernetes.PostgresBackup("orders", {
  ...shared,
  database: {
    host: "todo-postgres",
    database: "tododb",
    passwordSecret,
    version: "15",
    countTables: ["public.todos"],
  },
});
new kubernetes.BackupCheck("orders-check", { ...shared, asset: "orders", kind: "postgres" });
new kubernetes.RedisBackup("sessions", {
  ...shared,
  server: { host: "sessions", port: 6380, version: "7" },
  networkPolicy: config.getObject<kubernetes.EgressPorts>("sessionsNetwork"),
});
new kubernetes.ObjectsBackup("state", {
  ...shared,
  namespaces: [namespace],
  apiServerPorts: config.requireObject<number[]>("apiServerPorts"),
});

const drills = new kubernetes.DrillNamespace("drills", { namespaceName: `${namespace}-drills` });
const drill = {
  ...shared,
  every: "1 week",
  namespace: drills.namespaceName,
  identitySecret: { name: "backup-identity" },
} as const;
new kubernetes.RestoreDrill("orders-drill", { ...drill, asset: "orders", data: { kind: "postgres", version: "15" } });
new kubernetes.RestoreDrill("state-drill", {
  ...drill,
  asset: "state",
  data: { kind: "kubernetes-objects", apiServerPorts: config.requireObject<number[]>("apiServerPorts") },
});

new kubernetes.PostgresWal("ledger", {
  environment: "development",
  namespace,
  stores: [store],
  window: "7 days",
  tool: {
    kind: "pgbackrest",
    stanza: "ledger",
    host: "ledger-db",
    image: "registry.example/postgres-pgbackrest:17",
    cipherSecret: { name: "ledger-cipher" },
    tls: { secretName: "ledger-tls", commonName: "ledger-backup" },
  },
});

if (config.getBoolean("restore") === true)
  new kubernetes.RestoreJob("orders-restore", {
    environment: "staging",
    asset: "orders",
    namespace,
    store,
    into: { host: "todo-postgres", database: "restored", passwordSecret, version: "15" },
    identitySecret: { name: "backup-identity" },
    publicKeys: [publicKey],
  });
