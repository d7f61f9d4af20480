import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import type { AgentConfig, AgentStore } from "../model/index.js";
import { agentNodeOptions } from "../shared/agent-node.js";
import type { AgentStoreKind, BackupStore } from "../shared/store.js";
import { agentFile } from "./agent-bundle.js";
import type { DataAccess, MountedVolume, PodDemands } from "./data-access.js";
import { proxyEnvironment } from "./http-proxy.js";
import type { PodSettings, Resources } from "./pod-settings.js";
import type { SecretFile } from "./secret-file.js";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;
type EnvVar = types.input.core.v1.EnvVar;
type Volume = types.input.core.v1.Volume;
type VolumeMount = types.input.core.v1.VolumeMount;

/** What one run of the agent needs. */
export interface AgentPodArgs {
  /** First argument of the agent and the rest of its command line. */
  readonly command: readonly string[];
  /** The agent's configuration except its stores, which {@link agentPodSpec} derives from `stores`. */
  readonly config: Omit<AgentConfig, "stores">;
  readonly stores: Readonly<Record<string, BackupStore>>;
  /** Mount stores read-only: restores and checks never write. */
  readonly readOnlyStores?: boolean;
  readonly agentConfigMap: pulumi.Input<string>;
  /** How the pod reaches the data, or has the programs that restore it. */
  readonly access: DataAccess;
  /** Secrets beside those of the data. */
  readonly secretFiles: readonly SecretFile[];
  readonly serviceAccountName: pulumi.Input<string>;
  /** The pod calls the Kubernetes API. */
  readonly usesKubernetesApi?: boolean;
  readonly pod: PodSettings;
}

/** The official Node.js image that the agent is tested with. */
export const defaultNodeImage = "docker.io/library/node:22-bookworm-slim";

/** User of that image. */
export const nodeUser = 1000;

const defaultResources: Resources = {
  requests: { cpu: "100m", memory: "256Mi", "ephemeral-storage": "64Mi" },
  limits: { memory: "1Gi" },
};

/**
 * Group of every backup pod. Images run as different users; what one writes into a shared volume the others must be
 * able to list, read and prune.
 */
const backupGroup = 65_532;

/** What every container of ours gives up. */
export const hardened = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/**
 * The pod of one run: its first and only process is the agent. It passes PodSecurity `restricted` unless the data
 * demand root, a folder of the node or its network.
 */
export function agentPodSpec(args: AgentPodArgs): PodSpec {
  const { pod, access } = args;
  const demands = access.demands ?? {};
  const user = pod.runAsUser ?? access.user;
  const nodeImage = pod.images?.node ?? defaultNodeImage;
  const toolsImage = pod.images?.tools ?? access.toolsImage;
  const imagePullPolicy = pod.imagePullPolicy ?? "IfNotPresent";
  const stores = Object.entries(args.stores).map(([name, store], index) =>
    mountStore(name, store, index, args.readOnlyStores === true),
  );
  const secrets = [...access.secretFiles, ...args.secretFiles].map(mountSecret);
  const authorities = pod.certificateAuthorities && mountAuthorities(pod.certificateAuthorities);
  const own = [...secrets, ...(demands.volumes ?? []), ...(authorities?.mounted ?? [])];
  const mounts = [...stores.flatMap((store) => store.mounts), ...own.flatMap(({ mount }) => mount ?? [])];
  return {
    serviceAccountName: args.serviceAccountName,
    automountServiceAccountToken: args.usesKubernetesApi === true,
    enableServiceLinks: false,
    restartPolicy: "Never",
    // The agent ends its dumper, aborts uploads and says so within this time.
    terminationGracePeriodSeconds: 60,
    securityContext: {
      runAsNonRoot: user !== 0,
      runAsUser: user,
      runAsGroup: backupGroup,
      fsGroup: backupGroup,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    imagePullSecrets: pod.imagePullSecrets?.map((name) => ({ name })),
    ...networkOf(demands),
    affinity: demands.affinity,
    nodeSelector: pod.nodeSelector ?? demands.nodeSelector,
    tolerations: tolerationsOf(pod, demands),
    priorityClassName: pod.priorityClassName,
    initContainers: [
      {
        name: "install-agent",
        image: nodeImage,
        imagePullPolicy,
        command: ["node", "-e", installScript(toolsImage !== undefined)],
        securityContext: hardened,
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        volumeMounts: [
          { name: "bundle", mountPath: "/bundle", readOnly: true },
          { name: "agent", mountPath: "/agent" },
        ],
      },
      ...(demands.initContainers ?? []).map((container) => ({ imagePullPolicy, ...container })),
    ],
    containers: [
      {
        name: "agent",
        image: toolsImage ?? nodeImage,
        imagePullPolicy,
        command: [...(toolsImage === undefined ? ["node"] : injectedNode), ...agentNodeOptions, "/agent/agent.cjs"],
        args: [...args.command],
        env: [
          ...proxyEnvironment(pod.proxy),
          ...environment(args.config, stores, demands, pod.env),
          ...(authorities?.env ?? []),
        ],
        securityContext: withCapabilities(demands.capabilities),
        resources: { ...(pod.resources ?? defaultResources) },
        volumeMounts: [
          { name: "agent", mountPath: "/agent", readOnly: true },
          { name: "tmp", mountPath: "/tmp" },
          ...mounts,
        ],
      } satisfies Container,
    ],
    volumes: [
      { name: "bundle", configMap: { name: args.agentConfigMap } },
      { name: "agent", emptyDir: { sizeLimit: "512Mi" } },
      { name: "tmp", ...scratchVolume(pod.scratch ?? {}, demands) },
      ...stores.flatMap((store) => store.volumes),
      ...own.map(({ volume }) => volume),
    ],
  };
}

/** Node.js adds the authorities of this variable's file to the public ones. */
function mountAuthorities({ configMap, key = "ca.crt" }: NonNullable<PodSettings["certificateAuthorities"]>): {
  readonly mounted: MountedVolume[];
  readonly env: EnvVar[];
} {
  const name = "authorities";
  const mountPath = "/authorities";
  return {
    mounted: [
      {
        volume: { name, configMap: { name: configMap, items: [{ key, path: key }] } },
        mount: { name, mountPath, readOnly: true },
      },
    ],
    env: [{ name: "NODE_EXTRA_CA_CERTS", value: `${mountPath}/${key}` }],
  };
}

/** The scratch folder: on the node's disk, or on a volume that lives as long as the pod. */
function scratchVolume(
  { size, storageClassName }: NonNullable<PodSettings["scratch"]>,
  { scratchSize = "1Gi" }: PodDemands,
): Omit<Volume, "name"> {
  const storage = size ?? scratchSize;
  if (storageClassName === undefined) return { emptyDir: { sizeLimit: storage } };
  const spec = { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage } } };
  return { ephemeral: { volumeClaimTemplate: { spec } } };
}

/** Pods on their node's network would else ask their node's name servers, which know no Service. */
function networkOf({ hostNetwork }: PodDemands): Pick<PodSpec, "hostNetwork" | "dnsPolicy"> {
  return hostNetwork === true ? { hostNetwork, dnsPolicy: "ClusterFirstWithHostNet" } : {};
}

function tolerationsOf(pod: PodSettings, demands: PodDemands): PodSpec["tolerations"] {
  const all = [...(pod.tolerations ?? []), ...(demands.tolerations ?? [])];
  return pod.tolerations === undefined && all.length === 0 ? undefined : all.map((toleration) => ({ ...toleration }));
}

function withCapabilities(add: PodDemands["capabilities"]): Container["securityContext"] {
  if (add === undefined) return hardened;
  return { ...hardened, capabilities: { ...hardened.capabilities, add: [...add] } };
}

/** Starts the copied `node` by its own loader, so that the C library of the vendor's image does not matter. */
export const injectedNode = ["/agent/lib/loader", "--library-path", "/agent/lib", "/agent/bin/node"];

/**
 * Runs in the Node.js image: unpacks the agent and, for another vendor's image, copies `node` with the libraries that
 * it has loaded. `process.report` names them, so that no path depends on the processor's architecture.
 */
function installScript(copyNode: boolean): string {
  const unpack = `const fs=require("fs"),zlib=require("zlib");fs.writeFileSync("/agent/agent.cjs",zlib.gunzipSync(fs.readFileSync("/bundle/${agentFile}")));`;
  if (!copyNode) return unpack;
  return [
    unpack,
    `const path=require("path");fs.mkdirSync("/agent/bin");fs.mkdirSync("/agent/lib");`,
    `fs.copyFileSync(process.execPath,"/agent/bin/node");fs.chmodSync("/agent/bin/node",0o755);`,
    `for(const file of process.report.getReport().sharedObjects.filter(f=>f.startsWith("/"))){`,
    `const name=path.basename(file);fs.copyFileSync(file,"/agent/lib/"+(/^ld-/.test(name)?"loader":name));}`,
    `fs.chmodSync("/agent/lib/loader",0o755);`,
  ].join("");
}

interface MountedStore {
  readonly config: pulumi.Input<AgentStore>;
  readonly volumes: Volume[];
  readonly mounts: VolumeMount[];
}

function mountStore(name: string, store: BackupStore, index: number, readOnly: boolean): MountedStore {
  const { access } = store;
  const volume = `store-${String(index)}`;
  if (access.kind === "folder") {
    const path = `/stores/${volume}`;
    const mode = readOnly ? { readOnly: true } : {};
    return {
      config: { kind: "folder", name, path, prefix: access.prefix },
      volumes: [{ name: volume, persistentVolumeClaim: { claimName: access.claimName, ...mode } }],
      mounts: [{ name: volume, mountPath: path, ...mode }],
    };
  }
  const { credentialsSecret, ...rest } = access;
  const folder = `/secrets/${volume}`;
  const credentials = credentialsSecret === undefined ? {} : credentialsIn(folder)[access.kind];
  const config = pulumi.output({ ...rest, name, ...credentials });
  if (credentialsSecret === undefined) return { config, volumes: [], mounts: [] };
  return {
    config,
    volumes: [{ name: volume, secret: { secretName: credentialsSecret, defaultMode: 0o440 } }],
    mounts: [{ name: volume, mountPath: folder, readOnly: true }],
  };
}

/** How the agent's configuration names what a mounted Secret holds. */
function credentialsIn(folder: string): Record<Exclude<AgentStoreKind, "folder">, object> {
  return {
    s3: { credentialsFolder: folder },
    gcs: { credentialsFile: `${folder}/credentials.json` },
    azure: { connectionStringFile: `${folder}/connectionString` },
  };
}

function mountSecret(file: SecretFile): Required<MountedVolume> {
  return {
    volume: {
      name: file.volume,
      secret: { secretName: file.secretName, defaultMode: 0o440, items: [{ key: file.key, path: file.key }] },
    },
    mount: { name: file.volume, mountPath: `/secrets/${file.volume}`, readOnly: true },
  };
}

/**
 * The configuration travels as an environment variable of the pod, so that a change is a plain difference of the
 * CronJob and a pod that starts late still finds the one it was made with. It holds no secret.
 */
function environment(
  config: Omit<AgentConfig, "stores">,
  stores: readonly MountedStore[],
  { references = [] }: PodDemands,
  extra: PodSettings["env"] = {},
): EnvVar[] {
  const complete = pulumi.jsonStringify({ ...config, stores: stores.map((store) => store.config) });
  const names = references.map(({ name }) => name);
  return [
    ...references,
    { name: "BACKUP_TIERS_CONFIG", value: complete.apply((text) => escapeReferences(text, names)) },
    ...Object.entries(extra).map(([name, value]) => ({ name, value })),
  ];
}

/** The kubelet replaces `$(NAME)` and reads `$$` as `$`: only what is meant as a reference may stay one. */
function escapeReferences(text: string, names: readonly string[]): string {
  return names.reduce(
    (escaped, name) => escaped.replaceAll(`$$(${name})`, () => `$(${name})`),
    text.replaceAll("$", "$$$$"),
  );
}
