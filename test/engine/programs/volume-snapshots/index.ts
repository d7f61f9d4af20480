import * as pulumi from "@pulumi/pulumi";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();

export const { cronJobName, className } = new kubernetes.VolumeSnapshots("uploads", {
  environment: "development",
  driver: "test.csi.example",
  className: "volume-snapshots-test",
  namespace: config.require("namespace"),
  claims: ["uploads"],
  protection: { retention: { daily: `${config.getNumber("days") ?? 7} days` }, onDestroy: "delete" },
});
