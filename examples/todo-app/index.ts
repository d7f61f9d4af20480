import * as pulumi from "@pulumi/pulumi";
import { BackupStrategy, environmentOfStack } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";
import { environments, storage } from "./matrix";

const config = new pulumi.Config();
const environment = environmentOfStack({ environments });
const namespace = config.get("namespace") ?? "todo-app";

const volume = new kubernetes.FolderStore("todo-backup-pvc", {
  environment,
  namespace,
  size: storage[environment.base],
  storageClassName: config.get("storageClassName"),
});

const snapshots = new kubernetes.VolumeSnapshots("todo-backup-snapshot-class", {
  environment,
  driver: "standard.csi.k8s.io",
});

const strategy = new BackupStrategy("todo", {
  environment,
  stores: { volume },
  keys: {
    recipients: config.requireObject<string[]>("recipients"),
    signingKeySecret: { name: "backup-signing-key" },
  },
  assets: {
    database: kubernetes.postgres({
      namespace,
      jobName: "todo-database-backup",
      host: "todo-postgres",
      database: "tododb",
      user: "postgres",
      passwordSecret: { name: "todo-secrets", key: "postgres-password" },
      version: "15",
      countTables: ["public.todos"],
    }),
    application: kubernetes.objects({
      namespace,
      jobName: "todo-application-backup-scheduled",
      namespaces: [namespace],
      apiServerPorts: [443, 6443, 16443],
    }),
  },
});

export const plan = strategy.plan;
export const coverage = strategy.coverage;
export const snapshotClass = { name: snapshots.className, deletionPolicy: snapshots.deletionPolicy };
