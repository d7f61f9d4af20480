import type { Input } from "@pulumi/pulumi";

/** Requests and limits of a container. */
export interface Resources {
  readonly requests?: Input<Record<string, Input<string>>>;
  readonly limits?: Input<Record<string, Input<string>>>;
}

/** A taint that a pod tolerates. */
export interface Toleration {
  readonly key?: Input<string>;
  readonly operator?: Input<"Exists" | "Equal">;
  readonly value?: Input<string>;
  readonly effect?: Input<"NoSchedule" | "PreferNoSchedule" | "NoExecute">;
  readonly tolerationSeconds?: Input<number>;
}

/** Images of a backup pod; pin them by digest where your policy asks for it. */
export interface Images {
  /** The official Node.js image that runs the agent. @default "docker.io/library/node:22-bookworm-slim" */
  readonly node?: Input<string>;
  /** The vendor's image with the programs that read the data. @default - per component */
  readonly tools?: Input<string>;
}

/** How the pods of a backup, check or restore are run. */
export interface PodSettings {
  readonly images?: Images;
  /** @default "IfNotPresent" */
  readonly imagePullPolicy?: Input<"Always" | "IfNotPresent" | "Never">;
  readonly imagePullSecrets?: readonly Input<string>[];
  /** @default requests of 100m CPU and 256Mi memory, memory limit of 1Gi */
  readonly resources?: Resources;
  readonly nodeSelector?: Input<Record<string, Input<string>>>;
  readonly tolerations?: readonly Toleration[];
  readonly priorityClassName?: Input<string>;
  /** Further environment variables, such as `HTTPS_PROXY` and `NODE_EXTRA_CA_CERTS`. Never secrets. */
  readonly env?: Readonly<Record<string, Input<string>>>;
  /** User and group that the pod runs as. @default the user of the tools' image */
  readonly runAsUser?: number;
  /** Labels beside the library's own. */
  readonly labels?: Readonly<Record<string, Input<string>>>;
  readonly annotations?: Readonly<Record<string, Input<string>>>;
  /** Annotations of the ServiceAccount, where workload identity is configured (`eks.amazonaws.com/role-arn`). */
  readonly serviceAccountAnnotations?: Readonly<Record<string, Input<string>>>;
  /**
   * `"none"` makes no NetworkPolicy. Otherwise ingress is closed and egress is open to DNS, to the ports of the data
   * and of the stores, and to the ports listed here.
   * @default - only what the backup needs
   */
  readonly networkPolicy?: "none" | { readonly egressPorts: readonly number[] };
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
  "env",
  "runAsUser",
  "labels",
  "annotations",
  "serviceAccountAnnotations",
  "networkPolicy",
] as const satisfies readonly (keyof PodSettings)[];
