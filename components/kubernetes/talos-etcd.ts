import type { Location } from "../model/index.js";
import { problem } from "../shared/problem.js";
import { hardened, injectedNode } from "./agent-pod.js";
import { type DataKind, inThisCluster, type PodDemands } from "./data-access.js";
import { etcdImage, etcdScratchSize } from "./etcd-image.js";

/** The etcd of a Talos cluster. */
export interface TalosEtcd {
  /** Addresses of the control-plane nodes; the first that gives a snapshot is taken. */
  readonly endpoints: readonly string[];
  /** Version of the image `ghcr.io/siderolabs/talosctl`: the cluster's own. @default "v1.13.9" */
  readonly version?: string;
  /** Image of `talosctl`, to pin or mirror it. @default - the official one of `version` */
  readonly talosctlImage?: string;
  /** Version of the image `registry.k8s.io/etcd` that proves the snapshot. @default "3.6.14-0" */
  readonly etcdVersion?: string;
  /** Where the cluster is. @default - it is the cluster of the job */
  readonly location?: Location;
}

const id = "talos-etcd";
/** Port of Talos' API. */
const apiPort = 50_000;
const secrets = "/var/run/secrets/talos.dev";
const snapshot = "/snapshot/etcd.db";

/**
 * The etcd of a Talos cluster as the library's pods see it.
 *
 * @internal
 */
export const talosEtcd: DataKind<TalosEtcd> = {
  keys: [
    "endpoints",
    "version",
    "talosctlImage",
    "etcdVersion",
    "location",
  ] as const satisfies readonly (keyof TalosEtcd)[],

  declare: (etcd, protection) => ({
    kind: "etcd",
    mechanisms: ["talosctl etcd snapshot"],
    protection,
    location: etcd?.location ?? inThisCluster,
    target: "etcd://talos",
  }),

  issues({ endpoints }, path) {
    const given: unknown = endpoints;
    const list: readonly unknown[] = Array.isArray(given) ? given : [];
    const wrong = list.find((address) => typeof address !== "string" || !/^[A-Za-z0-9][A-Za-z0-9.:-]*$/.test(address));
    if (list.length > 0 && wrong === undefined) return [];
    const rule = "be addresses of control-plane nodes, one or more (talosctl --nodes)";
    return [problem(id, `${path}.endpoints`, rule, wrong ?? given, 'write ["10.0.0.2", "10.0.0.3"]')];
  },

  rehearsal: { scratchSize: etcdScratchSize },

  access: (etcd, jobName) => ({
    source: { kind: "etcd", file: snapshot },
    secretFiles: [],
    ports: [apiPort],
    toolsImage: etcdImage(etcd.etcdVersion),
    // Neither image has users.
    user: 65_534,
    demands: demandsOf(etcd, jobName),
  }),
};

function demandsOf(etcd: TalosEtcd, jobName: string): PodDemands {
  const talos = { name: "talos", mountPath: secrets, readOnly: true };
  const target = { name: "snapshot", mountPath: "/snapshot" };
  return {
    volumes: [
      // Talos makes this Secret for the ServiceAccount of its own; until then the pod waits for it.
      { volume: { name: "talos", secret: { secretName: jobName, defaultMode: 0o440 } } },
      { volume: { name: "snapshot", emptyDir: { sizeLimit: "9Gi" } }, mount: { ...target, readOnly: true } },
    ],
    initContainers: [
      {
        name: "take-snapshot",
        image: etcd.talosctlImage ?? `ghcr.io/siderolabs/talosctl:${etcd.version ?? "v1.13.9"}`,
        command: [...injectedNode, "-e", takeSnapshot, ...etcd.endpoints],
        env: [
          { name: "TALOSCONFIG", value: `${secrets}/config` },
          { name: "HOME", value: "/snapshot" },
        ],
        securityContext: hardened,
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        volumeMounts: [{ name: "agent", mountPath: "/agent", readOnly: true }, talos, target],
      },
    ],
    scratchSize: etcdScratchSize,
  };
}

/** talosctl takes a snapshot from one node only, and its image has nothing else: the copied `node` tries them in turn. */
const takeSnapshot = [
  `const{spawnSync}=require("child_process");`,
  `for(const node of process.argv.slice(1)){`,
  `const{status,error}=spawnSync("/talosctl",["-n",node,"etcd","snapshot",${JSON.stringify(snapshot)}],{stdio:"inherit",timeout:900000});`,
  `if(status===0)process.exit(0);console.error(node+" gave no snapshot"+(error?": "+error.message:""))}`,
  `process.exit(1)`,
].join("");
