import * as pulumi from "@pulumi/pulumi";
import * as kubernetes from "pulumi-backup-tiers/kubernetes";

const config = new pulumi.Config();
const namespace = config.require("namespace");
const folder = config.get("folder");

const near = new kubernetes.FolderStore("near", {
  environment: "development",
  namespace,
  size: "1Gi",
  storageClassName: namespace,
});

const common: kubernetes.BackupJobArgs = {
  environment: "development",
  namespace,
  stores: [near],
  keys: {
    recipients: config.requireObject<string[]>("recipients"),
    signingKeySecret: { name: "backup-signing-key" },
  },
  protection: { frequency: "1 hour", signed: true },
};

/** The test cluster's node is no control-plane node of kubeadm. */
const nodeSelector = { "kubernetes.io/os": "linux" };

if (folder === undefined) {
  new kubernetes.EtcdBackup("talos", {
    ...common,
    talos: { endpoints: ["192.0.2.1", "192.0.2.2"], talosctlImage: config.require("talosctlImage") },
  });
} else {
  const etcd = {
    certificatesFolder: `${folder}/pki/etcd`,
    configurationFolder: folder,
    port: config.requireNumber("port"),
  };
  new kubernetes.EtcdBackup("etcd", { ...common, nodeSelector, kubeadm: etcd });
  const drill = { ...common, every: "1 month", identitySecret: { name: "backup-identity" } } as const;
  new kubernetes.RestoreDrill("etcd-drill", { ...drill, asset: "etcd", data: { kind: "etcd" } });
  new kubernetes.RestoreDrill("etcd-pki-drill", { ...drill, asset: "etcd-pki", data: { kind: "volume" } });
  new kubernetes.EtcdBackup("loopback", {
    ...common,
    nodeSelector,
    kubeadm: { ...etcd, hostNetwork: true, configurationFolder: "none" },
  });
}
