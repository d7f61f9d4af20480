import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const namespace = config.require("namespace");

/** A server that has a certificate of the company's own, and that the proxy alone can find. */
const store: BackupStore = {
  name: "primary",
  declaration: { location: { provider: "aws", region: "us-east-1" }, locks: true },
  access: {
    kind: "s3",
    bucket: "backups",
    region: "us-east-1",
    endpoint: config.require("endpoint"),
    forcePathStyle: true,
    credentialsSecret: "s3-credentials",
  },
};

new kubernetes.ObjectsBackup("state", {
  environment: "development",
  namespace,
  namespaces: [namespace],
  stores: [store],
  keys: { recipients: config.requireObject<string[]>("recipients") },
  certificateAuthorities: { configMap: "company-ca" },
  proxy: { https: config.require("proxy"), credentialsSecret: { name: "proxy" } },
});
