import type { WireMap } from "./wire-value.js";

/** The options of a resource after inheritance and transforms. */
export interface ResourceOptions {
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** URN of the resource whose deletion takes this one along, or empty. */
  readonly deletedWith: string;
  /** URNs. */
  readonly dependsOn: readonly string[];
  /** URNs that this resource may have had before. */
  readonly aliases: readonly string[];
  readonly ignoreChanges: readonly string[];
}

/** One resource that a program has registered or read. */
export interface RegisteredResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN, or empty for the stack and for default providers. */
  readonly parent: string;
  /** A provider manages it; otherwise it is a component. */
  readonly custom: boolean;
  /** It exists already and was only read (`Resource.get`, stack references). */
  readonly external: boolean;
  /** `<urn>::<id>` of its provider, or empty. */
  readonly provider: string;
  readonly inputs: WireMap;
  readonly options: ResourceOptions;
  /** Options that policies see and the document leaves out. */
  readonly policyOptions: {
    readonly additionalSecretOutputs: readonly string[];
    readonly deleteBeforeReplace: boolean | undefined;
  };
}
