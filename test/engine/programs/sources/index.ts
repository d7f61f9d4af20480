import * as pulumi from "@pulumi/pulumi";
import { BackupStrategy, type Protection } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const namespace = config.require("namespace");

const near = new kubernetes.FolderStore("near", {
  environment: "development",
  namespace,
  size: "1Gi",
  storageClassName: namespace,
});

const protection: Protection = {
  frequency: config.get("frequency") ?? "1 day",
  retention: { daily: "7 days" },
  copies: 1,
  lock: "none",
  signed: true,
  restoreTests: [{ kind: "restore", every: "1 month" }],
  onDestroy: "delete",
};

const drill: kubernetes.DrillSettings = { identitySecret: { name: "backup-identity" } };
const common = { namespace, protection, drill };

export const strategy = new BackupStrategy("all", {
  environment: "development",
  stores: { near },
  keys: {
    recipients: config.requireObject<string[]>("recipients"),
    signingKeySecret: { name: "backup-signing-key" },
  },
  assets: {
    sessions: kubernetes.redis({
      ...common,
      host: "sessions",
      passwordSecret: { name: "sessions" },
      version: "7",
    }),
    platform: kubernetes.git({
      ...common,
      url: config.require("gitUrl"),
      user: "reader",
      passwordSecret: { name: "git-reader" },
      caSecret: { name: "git-ca" },
      images: { tools: "docker.io/alpine/git:latest" },
    }),
    uploads: kubernetes.volumeFiles({
      ...common,
      claimName: "uploads",
      usedBy: { app: "shop" },
      runAsUser: 1001,
    }),
    settings: kubernetes.command({
      ...common,
      kind: "settings",
      image: "docker.io/library/redis:7",
      command: ["redis-cli", "-h", "sessions", "--no-auth-warning", "GET", "settings $(HOME) $$"],
      secretEnvironment: { REDISCLI_AUTH: { name: "sessions" } },
      ports: [6379],
      drill: { ...drill, judge: ["grep", "-q", "^first line$"] },
    }),
  },
});
