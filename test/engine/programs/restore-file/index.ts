import * as pulumi from "@pulumi/pulumi";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();

new kubernetes.RestoreJob("sessions-restore", {
  environment: "development",
  asset: "sessions",
  namespace: config.require("namespace"),
  store: {
    name: "near",
    declaration: { location: { provider: "kubernetes", region: "cluster" } },
    access: { kind: "folder", claimName: "near" },
  },
  into: { claimName: "restored", file: "dump.rdb" },
  identitySecret: { name: "backup-identity" },
  publicKeys: [config.require("publicKey")],
});
