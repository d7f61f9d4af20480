import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as k8s from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { kubernetesName, labelNameLength } from "../shared/names.js";
import type { AgentStoreKind } from "../shared/store.js";

/** Arguments of {@link AgentBundle}. */
export interface AgentBundleArgs {
  /** Namespace of the pods that run the agent. @default - the provider's namespace */
  readonly namespace?: pulumi.Input<string>;
  /** The stores that the agent must be able to write to. */
  readonly stores: readonly AgentStoreKind[];
}

/**
 * The agent's program as a ConfigMap. Its name holds the hash of its content: a new version of the library makes a new
 * one and leaves the old one to the pods that run.
 */
export class AgentBundle extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:AgentBundle";

  /** Name of the ConfigMap. */
  readonly configMapName: pulumi.Output<string>;

  constructor(name: string, args: AgentBundleArgs, opts?: pulumi.ComponentResourceOptions) {
    super(AgentBundle.type, name, {}, opts);
    const bundle = readBundle(args.stores);
    const configMap = new k8s.ConfigMap(
      name,
      {
        metadata: {
          // The component's own name is part of it: two owners of one object would delete it from under each other.
          name: `${kubernetesName(name, labelNameLength - hashLength - 1)}-${bundle.hash}`,
          namespace: args.namespace,
          labels: { "app.kubernetes.io/managed-by": "pulumi-backup-tiers", "app.kubernetes.io/component": "agent" },
        },
        immutable: true,
        binaryData: { [agentFile]: bundle.base64 },
      },
      { parent: this },
    );
    this.configMapName = configMap.metadata.name;
    this.registerOutputs({ configMapName: this.configMapName });
  }
}

/** Name of the file inside the ConfigMap. */
export const agentFile = "agent.cjs.gz";

/** Digits of the content's hash in the name. */
const hashLength = 10;

interface Bundle {
  readonly hash: string;
  readonly base64: string;
}

/** What one bundle reaches: folders, and the buckets of one cloud or of all. */
export type BundleFamily = AgentStoreKind | "all";

/** The smallest bundle that reaches all stores: every one can write to folders too, one to every cloud. */
export function bundleFamily(stores: readonly AgentStoreKind[]): BundleFamily {
  const clouds = [...new Set(stores)].filter((kind) => kind !== "folder");
  return clouds.length > 1 ? "all" : (clouds[0] ?? "folder");
}

const bundles = new Map<BundleFamily, Bundle>();

function readBundle(stores: readonly AgentStoreKind[]): Bundle {
  const family = bundleFamily(stores);
  let bundle = bundles.get(family);
  if (bundle === undefined) {
    const content = readFileSync(join(packageRoot(), "dist", "agent", `agent-${family}.cjs.gz`));
    const hash = createHash("sha256").update(content).digest("hex").slice(0, hashLength);
    bundle = { hash, base64: content.toString("base64") };
    bundles.set(family, bundle);
  }
  return bundle;
}

/** The package's folder, from its sources as well as from its build. */
function packageRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}
