import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { type Issue, type StoreDeclaration, unknownKeys } from "../model/index.js";
import { type EnvironmentArgument, resolveEnvironment } from "../shared/arguments.js";
import { kubernetesName } from "../shared/names.js";
import { problem } from "../shared/problem.js";
import { throwOnErrors } from "../shared/problems.js";
import type { BackupStore, FolderAccess } from "../shared/store.js";
import { objectNameIssues } from "./text-rules.js";

/** Arguments of {@link FolderStore}. */
export interface FolderStoreArgs {
  /** Decides whether a destroy is refused. */
  readonly environment: EnvironmentArgument;
  /** Capacity as a Kubernetes quantity: `"50Gi"`. It can grow later where the StorageClass allows, never shrink. */
  readonly size: string;
  /** Namespace of the backup jobs: a claim is mounted only in its own. @default - the provider's namespace */
  readonly namespace?: pulumi.Input<string>;
  /** Name of the PersistentVolumeClaim; changing it replaces the claim. @default - the component's name */
  readonly claimName?: string;
  /** @default - the cluster's default class */
  readonly storageClassName?: pulumi.Input<string>;
  /** Name of a volume made beforehand. @default - provisioned by the class */
  readonly volumeName?: pulumi.Input<string>;
  /**
   * How the volume may be mounted. Backups, checks and drills of several assets mount it at the same time: not
   * `ReadWriteOncePod`, and `ReadWriteMany` where their pods run on several nodes.
   * @default ["ReadWriteOnce"]
   */
  readonly accessModes?: readonly pulumi.Input<string>[];
  /** First part of every object name. @default "" */
  readonly prefix?: string;
  /**
   * Cluster that holds the volume. A volume in the cluster of the data is lost with it: the plan says so.
   * @default "cluster" (the stack's own)
   */
  readonly cluster?: string;
  /** Labels of the claim beside the library's own. @default {} */
  readonly labels?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Annotations of the claim. @default {} */
  readonly annotations?: Readonly<Record<string, pulumi.Input<string>>>;
}

const keys = [
  "environment",
  "size",
  "namespace",
  "claimName",
  "storageClassName",
  "volumeName",
  "accessModes",
  "prefix",
  "cluster",
  "labels",
  "annotations",
] as const satisfies readonly (keyof FolderStoreArgs)[];

/**
 * A store on a PersistentVolumeClaim: near, fast to restore from, and lost with its cluster; keep another copy
 * elsewhere. Protected against `pulumi destroy` where the environment keeps its backups (staging and production),
 * removed with its data in development. It has no lock and no lifecycle: the agent prunes it.
 *
 * @example
 * const near = new FolderStore("backups", { environment: "production", size: "50Gi", namespace: "orders" });
 */
export class FolderStore extends pulumi.ComponentResource implements BackupStore {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:FolderStore";

  readonly name: string;
  readonly declaration: StoreDeclaration;
  readonly access: FolderAccess;
  /** Name of the PersistentVolumeClaim. */
  readonly claimName: pulumi.Output<string>;

  constructor(name: string, args: FolderStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super(FolderStore.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    throwOnErrors("kubernetes.FolderStore", name, [...issues, ...folderStoreIssues(args)], this);

    const claim = new core.PersistentVolumeClaim(
      name,
      {
        metadata: {
          name: args.claimName ?? kubernetesName(name),
          namespace: args.namespace,
          labels: { "app.kubernetes.io/managed-by": "pulumi-backup-tiers", purpose: "backup", ...args.labels },
          // A class that binds on first use waits for the first backup, which waits for this claim.
          annotations: { "pulumi.com/skipAwait": "true", ...args.annotations },
        },
        spec: {
          accessModes: [...(args.accessModes ?? ["ReadWriteOnce"])],
          storageClassName: args.storageClassName,
          volumeName: args.volumeName,
          resources: { requests: { storage: args.size } },
        },
      },
      { parent: this, protect: opts?.protect ?? (environment.base === "development" ? undefined : true) },
    );

    this.name = name;
    this.claimName = claim.metadata.name;
    this.declaration = { location: { provider: "kubernetes", region: args.cluster ?? "cluster" } };
    this.access = { kind: "folder", claimName: this.claimName, namespace: args.namespace, prefix: args.prefix };
    this.registerOutputs({ claimName: this.claimName });
  }
}

function folderStoreIssues(args: FolderStoreArgs): Issue[] {
  const issues = unknownKeys(args, keys, "args");
  if (typeof args.size !== "string" || !/^[1-9]\d*(\.\d+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)$/.test(args.size)) {
    issues.push({
      id: "folder-store-size",
      level: "error",
      path: "size",
      message: `size must be a quantity of bytes (Kubernetes), got ${JSON.stringify(args.size)}; write it with its unit, such as "50Gi"`,
    });
  }
  issues.push(...objectNameIssues("namespace", args.namespace), ...objectNameIssues("claimName", args.claimName, true));
  const modes: unknown = args.accessModes ?? [];
  const list: readonly unknown[] = Array.isArray(modes) ? modes : [modes];
  const wrong = list.find((mode) => typeof mode === "string" && !["ReadWriteOnce", "ReadWriteMany"].includes(mode));
  if (!Array.isArray(modes) || wrong !== undefined) {
    const rule = "be ReadWriteOnce or ReadWriteMany (several pods write artefacts, one after the other)";
    issues.push(
      problem("folder-store-modes", "accessModes", rule, wrong ?? modes, 'leave it out, or write ["ReadWriteMany"]'),
    );
  }
  return issues;
}
