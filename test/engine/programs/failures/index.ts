import * as pulumi from "@pulumi/pulumi";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const environment = "development";
const namespace = config.require("namespace");
const keys = { recipients: config.requireObject<string[]>("recipients") };

const near = new kubernetes.FolderStore("near", {
  environment,
  namespace,
  size: "1Gi",
  storageClassName: config.get("storageClass") ?? namespace,
});
new kubernetes.VolumeFilesBackup("uploads", {
  environment,
  namespace,
  keys,
  stores: [near],
  files: { claimName: config.get("claim") ?? "uploads" },
});
