import type { VeleroArgs, VeleroCloud } from "./velero-args.js";
import { storesVolumes } from "./velero-schedules-rules.js";

type Values = Readonly<Record<string, unknown>>;

const plugins: Readonly<Record<VeleroCloud["provider"], string>> = {
  aws: "docker.io/velero/velero-plugin-for-aws:v1.14.0",
  gcp: "docker.io/velero/velero-plugin-for-gcp:v1.14.0",
  azure: "docker.io/velero/velero-plugin-for-microsoft-azure:v1.14.0",
};

/** Where the kubelet keeps its files on most nodes. */
const kubelet = "/var/lib/kubelet";

/** Values of the chart. Locations and schedules are objects of their own, so that a preview shows each of them. */
export function veleroValues(args: VeleroArgs): Values {
  const { volumes = "none", cloud } = args;
  const snapshots = volumes === "snapshots" || volumes === "moved-snapshots";
  const own: Values = {
    image: { ...args.image, imagePullSecrets: args.imagePullSecrets },
    kubectl: { image: args.kubectlImage },
    initContainers: [
      {
        name: "plugin",
        image: cloud.pluginImage ?? plugins[cloud.provider],
        imagePullPolicy: "IfNotPresent",
        volumeMounts: [{ mountPath: "/target", name: "plugins" }],
      },
    ],
    // Empty lists in place of the chart's locations would not do: the provider leaves them out.
    backupsEnabled: false,
    snapshotsEnabled: false,
    configuration: {
      features: snapshots ? "EnableCSI" : undefined,
      uploaderType: "kopia",
      defaultVolumesToFsBackup: false,
      defaultSnapshotMoveData: false,
    },
    ...identityValues(cloud),
    deployNodeAgent: storesVolumes(volumes),
    nodeAgent: storesVolumes(volumes) ? nodeAgentValues(args) : undefined,
    resources: args.resources,
    nodeSelector: args.nodeSelector,
    tolerations: args.tolerations,
    priorityClassName: args.priorityClassName,
    metrics: {
      enabled: true,
      serviceMonitor: { enabled: args.serviceMonitor === true },
      nodeAgentPodMonitor: { enabled: args.serviceMonitor === true && storesVolumes(volumes) },
    },
    // Helm updates no CRD by itself; removing them would remove every Backup.
    upgradeCRDs: true,
    cleanUpCRDs: false,
  };
  return merged(own, args.values ?? {});
}

function nodeAgentValues(args: VeleroArgs): Values {
  const { volumes, cloud, kubeletFolder = kubelet } = args;
  return {
    // Moving snapshots needs no folder of the node.
    disableHostPath: volumes === "moved-snapshots",
    podVolumePath: volumes === "files" ? `${kubeletFolder}/pods` : undefined,
    pluginVolumePath: volumes === "files" ? `${kubeletFolder}/plugins` : undefined,
    // The pods that move data have those labels of the node agent that give an identity.
    podLabels: usesAzureIdentity(cloud) ? azureIdentityUsed : undefined,
    resources: args.nodeAgentResources,
    nodeSelector: args.nodeAgentNodeSelector,
    tolerations: args.nodeAgentTolerations,
    priorityClassName: args.priorityClassName,
  };
}

const azureIdentityUsed = { "azure.workload.identity/use": "true" };

function usesAzureIdentity({ provider, identity }: VeleroCloud): boolean {
  return provider === "azure" && identity !== undefined;
}

function identityValues({ provider, identity, credentialsSecret }: VeleroCloud): Values {
  const credentials =
    credentialsSecret === undefined ? { useSecret: false } : { useSecret: true, existingSecret: credentialsSecret };
  if (identity === undefined) return { credentials };
  switch (provider) {
    case "aws":
      return { credentials, serviceAccount: annotated({ "eks.amazonaws.com/role-arn": identity }) };
    case "gcp":
      return { credentials, serviceAccount: annotated({ "iam.gke.io/gcp-service-account": identity }) };
    case "azure": {
      const annotations = { "azure.workload.identity/client-id": identity };
      return {
        credentials,
        serviceAccount: { server: { annotations, labels: azureIdentityUsed } },
        podLabels: azureIdentityUsed,
      };
    }
  }
}

function annotated(annotations: Values): Values {
  return { server: { annotations } };
}

/** Objects are merged key by key; everything else is replaced. What is undefined is left to the chart. */
function merged(below: Values, above: Values): Values {
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  const entries = keys.map((key): [string, unknown] => {
    const [low, high = isPlain(low) ? {} : low] = [below[key], above[key]];
    return [key, isPlain(low) && isPlain(high) ? merged(low, high) : high];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function isPlain(value: unknown): value is Values {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
