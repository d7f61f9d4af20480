import * as pulumi from "@pulumi/pulumi";
import type { BackupStore } from "pulumi-backup-tiers";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const primary: BackupStore = {
  name: "primary",
  declaration: { location: { provider: "aws", region: "eu-west-1" } },
  access: { kind: "s3", bucket: "backups", region: "eu-west-1" },
};

const velero = new kubernetes.Velero("velero", {
  environment: "development",
  cloud: { provider: "aws", identity: "arn:aws:iam::123456789012:role/velero" },
  volumes: "moved-snapshots",
  repositoryPassword: pulumi.secret("a password that no preview may show"),
});

export const { scheduleNames } = new kubernetes.VeleroSchedules(
  "shop",
  {
    environment: "development",
    stores: [primary],
    veleroNamespace: velero.namespace,
    namespaces: ["shop"],
    volumes: "moved-snapshots",
    repositoryPassword: "existing",
  },
  { dependsOn: velero },
);
