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
const common = { environment, namespace, keys, stores: [near] } as const;

if (config.getBoolean("talos") === true)
  new kubernetes.EtcdBackup("etcd", {
    ...common,
    talos: { endpoints: ["10.0.0.2"] },
    protection: { frequency: "1 day", retention: { daily: "7 days" } },
  });
else
  new kubernetes.VolumeFilesBackup("uploads", {
    ...common,
    files: { claimName: config.get("claim") ?? "uploads" },
  });
