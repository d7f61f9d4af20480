import type { Input } from "@pulumi/pulumi";
import type { HttpProxy } from "./http-proxy.js";

/** Requests and limits of a container. */
export interface Resources {
  /** What the scheduler sets aside, by resource. */
  readonly requests?: Input<Record<string, Input<string>>>;
  /** What the container may use, by resource. */
  readonly limits?: Input<Record<string, Input<string>>>;
}

/** A taint that a pod tolerates. */
export interface Toleration {
  /** Key of the taint. @default - every taint */
  readonly key?: Input<string>;
  /** `Exists` ignores the value. @default "Equal" */
  readonly operator?: Input<"Exists" | "Equal">;
  /** Value of the taint. */
  readonly value?: Input<string>;
  /** @default - every effect */
  readonly effect?: Input<"NoSchedule" | "PreferNoSchedule" | "NoExecute">;
  /** Seconds for which `NoExecute` is tolerated. @default - for ever */
  readonly tolerationSeconds?: Input<number>;
}

/** Images of a backup pod; pin them by digest where your policy asks for it. */
export interface Images {
  /** The official Node.js image that runs the agent. @default "docker.io/library/node:22-bookworm-slim" */
  readonly node?: Input<string>;
  /** The vendor's image with the programs that read the data. @default - per component */
  readonly tools?: Input<string>;
}

/** Ports that a NetworkPolicy opens beside those that the backup needs. */
export interface EgressPorts {
  /**
   * TCP ports as the servers themselves listen: most network plugins look at packets when the address of a Service has been
   * changed into that of a pod, so that its `targetPort` counts.
   */
  readonly egressPorts: readonly number[];
}

/** Certificate authorities of your own, as PEM in a ConfigMap of the pod's namespace. */
export interface CertificateAuthorities {
  /** Name of the ConfigMap. */
  readonly configMap: Input<string>;
  /** Key inside the ConfigMap. @default "ca.crt" */
  readonly key?: string;
}

/** Where a pod keeps what it works on. */
export interface Scratch {
  /** Most that it may take, as a Kubernetes quantity. @default - per component */
  readonly size?: string;
  /** A volume of this class, made for the pod and removed with it, in place of the node's own disk. @default - the disk */
  readonly storageClassName?: Input<string>;
}

/** How the pods of a backup, check or restore are run. */
export interface PodSettings {
  /** Images of the pod. @default - the vendors' own */
  readonly images?: Images;
  /** @default "IfNotPresent" */
  readonly imagePullPolicy?: Input<"Always" | "IfNotPresent" | "Never">;
  /** Names of Secrets for private registries. @default [] */
  readonly imagePullSecrets?: readonly Input<string>[];
  /** @default requests of 100m CPU, 256Mi memory and 64Mi ephemeral storage, memory limit of 1Gi */
  readonly resources?: Resources;
  /** Labels of the nodes that may run the pod. @default {} */
  readonly nodeSelector?: Input<Record<string, Input<string>>>;
  /** Taints that the pod tolerates. @default [] */
  readonly tolerations?: readonly Toleration[];
  /** @default - the cluster's default */
  readonly priorityClassName?: Input<string>;
  /** Authorities that the agent trusts beside the public ones when it writes to stores. @default - the public ones */
  readonly certificateAuthorities?: CertificateAuthorities;
  /** Proxy by which the pod reaches what lies outside the cluster; its ports are opened for egress. @default - none */
  readonly proxy?: HttpProxy;
  /** Further environment variables of the agent. Never secrets. */
  readonly env?: Readonly<Record<string, Input<string>>>;
  /** Room for snapshots, clones and rehearsals, which hold plain data. @default - on the node's disk, as much as is usual */
  readonly scratch?: Scratch;
  /** User and group that the pod runs as. @default the user of the tools' image */
  readonly runAsUser?: number;
  /** Labels beside the library's own. */
  readonly labels?: Readonly<Record<string, Input<string>>>;
  /** Annotations of the objects and pods beside the library's own. @default {} */
  readonly annotations?: Readonly<Record<string, Input<string>>>;
  /** Annotations of the ServiceAccount, where workload identity is configured (`eks.amazonaws.com/role-arn`). */
  readonly serviceAccountAnnotations?: Readonly<Record<string, Input<string>>>;
  /**
   * `"none"` makes no NetworkPolicy. Otherwise ingress is closed and egress is open to DNS, to the ports of the data
   * and of the stores, to the servers of workload identity (EKS Pod Identity, GKE) where no Secret holds a store's
   * credentials, and to the ports listed here. The metadata of EC2, by which a pod would take its node's own role, stays
   * closed.
   * @default - only what the backup needs
   */
  readonly networkPolicy?: "none" | EgressPorts;
}

/** Keys of {@link PodSettings}, for refusing misspelt ones at run time. */
export const podSettingsKeys = [
  "images",
  "imagePullPolicy",
  "imagePullSecrets",
  "resources",
  "nodeSelector",
  "tolerations",
  "priorityClassName",
  "certificateAuthorities",
  "proxy",
  "env",
  "scratch",
  "runAsUser",
  "labels",
  "annotations",
  "serviceAccountAnnotations",
  "networkPolicy",
] as const satisfies readonly (keyof PodSettings)[];
