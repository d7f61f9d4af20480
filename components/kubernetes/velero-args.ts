import type { Input } from "@pulumi/pulumi";
import type { EnvironmentArgument } from "../shared/arguments.js";
import type { Resources, Toleration } from "./pod-settings.js";
import type { RepositoryPassword } from "./velero-repository-password.js";
import type { VeleroVolumes } from "./velero-schedules-args.js";

/** The cloud whose buckets Velero writes to, and who it is there. All its locations share one identity. */
export interface VeleroCloud {
  /** Decides the plugin. */
  readonly provider: "aws" | "gcp" | "azure";
  /**
   * Who Velero's pods are: ARN of an IAM role (IRSA), e-mail of a Google service account (Workload Identity), client id
   * of an Azure managed identity (Workload Identity).
   * @default - on AWS the EKS Pod Identity of the service account `velero-server`, elsewhere needed
   */
  readonly identity?: Input<string>;
  /**
   * Secret in Velero's namespace whose entry `cloud` is the plugin's credentials file, in place of an identity. Velero's
   * pods wait for it.
   */
  readonly credentialsSecret?: Input<string>;
  /** Image of the plugin, which must fit Velero's version. @default - version 1.14 of the provider's plugin, for Velero 1.18 */
  readonly pluginImage?: Input<string>;
}

/** An image of the chart. */
export interface VeleroImage {
  /** Registry and name. @default - the chart's own */
  readonly repository?: Input<string>;
  /** Version. @default - the chart's own */
  readonly tag?: Input<string>;
  /** `sha256:...`, which counts before the tag. @default - none */
  readonly digest?: Input<string>;
}

/** Arguments of the component Velero. */
export interface VeleroArgs {
  /** Decides whether a destroy is refused. */
  readonly environment: EnvironmentArgument;
  /** The cloud of the buckets. */
  readonly cloud: VeleroCloud;
  /** Namespace of Velero; changing it replaces everything. @default "velero" */
  readonly namespace?: string;
  /**
   * Make the namespace. `false` where it is there already, for example with Secrets of yours; its pod security level is
   * then yours too: `privileged` with `volumes: "files"`, else at most `baseline`.
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * How volumes will be backed up: the node agent is only deployed where their data goes into the stores. Its namespace
   * enforces the pod security level `baseline` with `"moved-snapshots"`, and `privileged` with `"files"`, for which the
   * node agent mounts a folder of the node.
   * @default "none"
   */
  readonly volumes?: VeleroVolumes;
  /**
   * Password of the repositories of volume data; see {@link VeleroBackedUp.repositoryPassword}. Needed with
   * `"moved-snapshots"` and `"files"`; `"existing"` needs `createNamespace: false`.
   */
  readonly repositoryPassword?: RepositoryPassword;
  /** Exact version of the chart. @default "12.1.0" (Velero 1.18.1) */
  readonly chartVersion?: string;
  /** Repository of the chart, or a folder's or registry's chart as `chart`. @default "https://vmware-tanzu.github.io/helm-charts" */
  readonly repository?: string;
  /** Name of the chart; a path, `oci://` or `https://` address takes no `repository`. @default "velero" */
  readonly chart?: string;
  /** Image of Velero. @default - the chart's own */
  readonly image?: VeleroImage;
  /**
   * Image with kubectl and a shell for the Job that updates the CRDs before each install and upgrade.
   * @default - the chart's own, `registry.k8s.io/kubectl` of the cluster's version
   */
  readonly kubectlImage?: VeleroImage;
  /** Names of Secrets for private registries. @default [] */
  readonly imagePullSecrets?: readonly Input<string>[];
  /** Requests and limits of the server. @default - the chart's own */
  readonly resources?: Resources;
  /** Labels of the nodes that may run the server. @default {} */
  readonly nodeSelector?: Readonly<Record<string, Input<string>>>;
  /** Taints that the server tolerates. @default [] */
  readonly tolerations?: readonly Toleration[];
  /** Requests and limits of the node agent. @default - the chart's own */
  readonly nodeAgentResources?: Resources;
  /** Labels of the nodes that run the node agent; volumes of pods on other nodes are not backed up. @default {} */
  readonly nodeAgentNodeSelector?: Readonly<Record<string, Input<string>>>;
  /** Taints that the node agent tolerates; volumes of pods on other tainted nodes are not backed up. @default [] */
  readonly nodeAgentTolerations?: readonly Toleration[];
  /**
   * Folder of the kubelet on every node, for `volumes: "files"`: `"/var/lib/k0s/kubelet"` on k0s,
   * `"/var/snap/microk8s/common/var/lib/kubelet"` on MicroK8s.
   * @default "/var/lib/kubelet"
   */
  readonly kubeletFolder?: string;
  /** Of the server and the node agent. @default - the cluster's default */
  readonly priorityClassName?: Input<string>;
  /** Let the Prometheus operator scrape Velero and its node agent; needs its CRDs. @default false */
  readonly serviceMonitor?: boolean;
  /** Seconds until every pod must be ready, from 1. @default 600 */
  readonly timeoutSeconds?: number;
  /** Further values of the chart, merged over the library's own key by key. @default {} */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Keys of {@link VeleroArgs}, for refusing misspelt ones at run time. */
export const veleroKeys = [
  "environment",
  "cloud",
  "namespace",
  "createNamespace",
  "volumes",
  "repositoryPassword",
  "chartVersion",
  "repository",
  "chart",
  "image",
  "kubectlImage",
  "imagePullSecrets",
  "resources",
  "nodeSelector",
  "tolerations",
  "nodeAgentResources",
  "nodeAgentNodeSelector",
  "nodeAgentTolerations",
  "kubeletFolder",
  "priorityClassName",
  "serviceMonitor",
  "timeoutSeconds",
  "values",
] as const satisfies readonly (keyof VeleroArgs)[];

/** Keys of {@link VeleroCloud}. */
export const veleroCloudKeys = [
  "provider",
  "identity",
  "credentialsSecret",
  "pluginImage",
] as const satisfies readonly (keyof VeleroCloud)[];

/** Keys of {@link VeleroImage}. */
export const veleroImageKeys = ["repository", "tag", "digest"] as const satisfies readonly (keyof VeleroImage)[];
