import type { Issue, Location } from "../model/index.js";
import { problem } from "../shared/problem.js";
import { nodeUser } from "./agent-pod.js";
import {
  type Companion,
  type DataAccess,
  type DataKind,
  inThisCluster,
  type MountedVolume,
  type PodDemands,
} from "./data-access.js";
import { etcdImage, etcdScratchSize } from "./etcd-image.js";
import { portIssues } from "./text-rules.js";

/** The etcd of a cluster that kubeadm made: one member on each control-plane node. */
export interface KubeadmEtcd {
  /**
   * URL of the member.
   * @default - the member of the node that runs the job: 127.0.0.1 on the node's own network, else its IPv4 address
   */
  readonly endpoint?: string;
  /** Port of the node's member, where no `endpoint` is given. @default 2379 */
  readonly port?: number;
  /** Run on the node's own network, for a member that listens on 127.0.0.1 only. @default false */
  readonly hostNetwork?: boolean;
  /**
   * Folder of the node with `ca.crt`, `healthcheck-client.crt` and `healthcheck-client.key`.
   * @default "/etc/kubernetes/pki/etcd"
   */
  readonly certificatesFolder?: string;
  /**
   * Back up what a cluster cannot be rebuilt without beside its etcd, as an asset of its own: the certificates and keys
   * of its authorities, the encryption configuration, the kubeconfigs. A folder of the node, or `"none"`.
   * @default "/etc/kubernetes"
   */
  readonly configurationFolder?: string;
  /** Version of the image `registry.k8s.io/etcd`; not older than the cluster's. @default "3.6.14-0" */
  readonly version?: string;
  /** Where the cluster is. @default - it is the cluster of the job */
  readonly location?: Location;
}

const id = "kubeadm-etcd";
const usualPort = 2379;
const certificates = "/certificates";
const configuration = "/data";
const nodeAddress = "NODE_ADDRESS";

/**
 * The etcd of a cluster that kubeadm made as the library's pods see it.
 *
 * @internal
 */
export const kubeadmEtcd: DataKind<KubeadmEtcd> = {
  keys: [
    "endpoint",
    "port",
    "hostNetwork",
    "certificatesFolder",
    "configurationFolder",
    "version",
    "location",
  ] as const satisfies readonly (keyof KubeadmEtcd)[],

  declare: (etcd, protection) => ({
    kind: "etcd",
    mechanisms: ["etcdctl snapshot"],
    protection,
    location: etcd?.location ?? inThisCluster,
    target: `etcd://${etcd?.endpoint ?? "kubeadm"}`,
  }),

  issues(etcd, path) {
    const { endpoint } = etcd;
    const url = /^https:\/\/[^@,/]+\/?$/;
    return [
      ...(endpoint === undefined || (url.test(endpoint) && URL.canParse(endpoint))
        ? []
        : [
            problem(id, `${path}.endpoint`, "be the URL of one member (etcd)", endpoint, "write https://10.0.0.2:2379"),
          ]),
      ...portIssues(id, `${path}.port`, etcd.port, usualPort),
      ...folderIssues(etcd.certificatesFolder, `${path}.certificatesFolder`),
      ...(etcd.configurationFolder === "none"
        ? []
        : folderIssues(etcd.configurationFolder, `${path}.configurationFolder`)),
    ];
  },

  rehearsal: { scratchSize: etcdScratchSize },

  companions: controlPlaneFiles,

  access(etcd) {
    const address = etcd.hostNetwork === true ? "127.0.0.1" : `$(${nodeAddress})`;
    const port = etcd.port ?? usualPort;
    const endpoint = etcd.endpoint ?? `https://${address}:${String(port)}`;
    return {
      source: {
        kind: "etcd",
        endpoint,
        caFile: `${certificates}/ca.crt`,
        certFile: `${certificates}/healthcheck-client.crt`,
        keyFile: `${certificates}/healthcheck-client.key`,
      },
      secretFiles: [],
      ports: [etcd.endpoint === undefined ? port : Number(new URL(endpoint).port || "443")],
      toolsImage: etcdImage(etcd.version),
      user: 0,
      demands: {
        ...onControlPlane,
        podSecurity: "privileged: root reads the etcd's client key, which lies on the node for root alone",
        volumes: [nodeFolder("certificates", etcd.certificatesFolder ?? "/etc/kubernetes/pki/etcd", certificates)],
        references: [{ name: nodeAddress, valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } }],
        hostNetwork: etcd.hostNetwork,
        scratchSize: etcdScratchSize,
      },
    };
  },
};

/** The configuration of the control plane as data of its own, where it is backed up. */
function controlPlaneFiles(etcd: KubeadmEtcd): Companion[] {
  const folder = configurationOf(etcd);
  if (folder === undefined) return [];
  const access: DataAccess = {
    // kubeadm leaves whole copies of etcd in tmp when it upgrades.
    source: { kind: "files", path: configuration, exclude: ["./tmp"] },
    secretFiles: [],
    ports: [],
    user: 0,
    demands: {
      ...onControlPlane,
      podSecurity: "privileged: root reads the keys of the cluster's authorities, which lie on the node for root alone",
      volumes: [nodeFolder("configuration", folder, configuration)],
    },
  };
  const rehearsal: DataAccess = {
    source: access.source,
    secretFiles: [],
    ports: [],
    // Owners are not proven: no root, and no control plane.
    user: nodeUser,
  };
  return [{ role: "pki", mechanism: "tar", access, rehearsal }];
}

const onControlPlane: Pick<PodDemands, "nodeSelector" | "tolerations"> = {
  nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
  tolerations: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" }],
};

function nodeFolder(name: string, path: string, mountPath: string): MountedVolume {
  return { volume: { name, hostPath: { path, type: "Directory" } }, mount: { name, mountPath, readOnly: true } };
}

function configurationOf(etcd: KubeadmEtcd | undefined): string | undefined {
  const folder = etcd?.configurationFolder ?? "/etc/kubernetes";
  return folder === "none" ? undefined : folder;
}

function folderIssues(folder: unknown, path: string): Issue[] {
  if (folder === undefined || (typeof folder === "string" && folder.startsWith("/"))) return [];
  return [problem(id, path, "be an absolute path (Kubernetes hostPath)", folder, "begin it with /")];
}
