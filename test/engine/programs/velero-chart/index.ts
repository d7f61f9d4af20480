import * as pulumi from "@pulumi/pulumi";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();

export const { namespace, status } = new kubernetes.Velero("velero", {
  environment: "development",
  namespace: config.require("namespace"),
  chart: "./chart",
  cloud: { provider: "aws", credentialsSecret: "keys" },
  volumes: "files",
  repositoryPassword: config.requireSecret("repositoryPassword"),
  imagePullSecrets: ["pull"],
  kubeletFolder: "/var/lib/k0s/kubelet",
  nodeAgentTolerations: [{ key: config.require("taint"), operator: "Exists" }],
});
