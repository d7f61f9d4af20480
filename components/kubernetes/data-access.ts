import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type AgentSource, type AssetDeclaration, type Issue, type Location, unknownKeys } from "../model/index.js";
import type { AssetCompanion } from "../shared/asset.js";
import type { SecretFile } from "./secret-file.js";

/** One kind of data: how it is described, what the plan needs to know of it, and how a pod reaches it. */
export interface DataKind<Data> {
  /** Keys of the description, for refusing misspelt ones at run time. */
  readonly keys: readonly (keyof Data & string)[];
  /** What the plan needs to know; must not fail for a description with problems. */
  declare(data: Data | undefined, protection: AssetDeclaration["protection"]): AssetDeclaration;
  /** What a pod needs that rehearses a restore. */
  readonly rehearsal: PodDemands;
  /** Rights in its own namespace that such a pod needs at the Kubernetes API; absent: it does not call it. */
  rehearsalRights?(data: Data): PolicyRule[];
  /** Only a program of the user's can tell whether restored data are right. */
  readonly judged?: boolean;
  /**
   * Further data of the same asset, each backed up, checked and rehearsed beside it as `<asset>-<role>`; must not fail for a
   * description with problems.
   */
  companions?(data: Data): readonly Companion[];
  /** Problems of a description beside unknown keys. */
  issues(data: Data, path: string): Issue[];
  /** How a pod of the agent reaches the data; called only for a description without problems. */
  access(data: Data, jobName: string): DataAccess;
}

/** One rule of a Role. */
export type PolicyRule = types.input.rbac.v1.PolicyRule;

/** How a pod of the agent reaches the data. */
export interface DataAccess {
  readonly source: AgentSource;
  readonly secretFiles: readonly SecretFile[];
  /** Ports of the data, opened for egress. */
  readonly ports: readonly number[];
  /** The vendor's image in which the agent starts its programs; absent: the agent's own image is enough. */
  readonly toolsImage?: pulumi.Input<string>;
  /** User of that image. */
  readonly user: number;
  /** What the pod may do in its own namespace, where it calls the Kubernetes API. */
  readonly rights?: readonly PolicyRule[];
  /** What the data asks of the pod beside all that. */
  readonly demands?: PodDemands;
}

/** Further data of an asset. */
export interface Companion extends AssetCompanion {
  /** It must need no vendor's image: `images.tools` is the asset's own. */
  readonly access: DataAccess;
  /** What rehearses its restore; an image with programs is not needed either. */
  readonly rehearsal: DataAccess;
}

/** What some kinds of data ask of a pod that others do not. */
export interface PodDemands {
  /** Further volumes and where the agent sees them. */
  readonly volumes?: readonly MountedVolume[];
  /** The PodSecurity level that the pod needs and why, where it does not pass `restricted`; an annotation says it. */
  readonly podSecurity?: string;
  /** Containers that must have succeeded before the agent starts. */
  readonly initContainers?: readonly types.input.core.v1.Container[];
  /** Variables that the agent's configuration refers to as `$(NAME)`. */
  readonly references?: readonly (types.input.core.v1.EnvVar & { readonly name: string })[];
  /** Capabilities of the agent's container; every other is dropped. */
  readonly capabilities?: readonly string[];
  /** The pod sees the network as its node does. */
  readonly hostNetwork?: boolean;
  readonly affinity?: types.input.core.v1.Affinity;
  /** Labels of the node, where the caller names none. */
  readonly nodeSelector?: Record<string, string>;
  /** Taints to tolerate beside the caller's. */
  readonly tolerations?: readonly types.input.core.v1.Toleration[];
  /** Most that the agent may write into its scratch folder, unless the caller says. @default "1Gi" */
  readonly scratchSize?: string;
}

/** A volume and where the agent sees it. */
export interface MountedVolume {
  readonly volume: types.input.core.v1.Volume;
  /** Absent: only another container of the pod sees it. */
  readonly mount?: types.input.core.v1.VolumeMount;
}

/** Every problem of a description, whatever was given for it. */
export function dataIssues<Data extends object>(kind: DataKind<Data>, data: Data, path: string): Issue[] {
  const unknown = unknownKeys(data, kind.keys, path);
  const given: unknown = data;
  return typeof given === "object" && given !== null ? [...unknown, ...kind.issues(data, path)] : unknown;
}

/** The location of everything that lies in the cluster of the job. */
export const inThisCluster: Location = { provider: "kubernetes", region: "cluster" };

/** Where the data of a name in the cluster's own DNS lies; unknown for every other name. */
export function clusterLocation(host: unknown): AssetDeclaration["location"] {
  const inside = typeof host === "string" && (!host.includes(".") || /\.(svc|cluster\.local)\.?$/.test(host));
  return inside ? inThisCluster : undefined;
}
