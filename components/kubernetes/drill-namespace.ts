import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as pulumi from "@pulumi/pulumi";
import { unknownKeys } from "../model/index.js";
import { kubernetesName } from "../shared/names.js";
import { throwOnErrors } from "../shared/problems.js";
import { objectNameIssues } from "./text-rules.js";

/** Arguments of {@link DrillNamespace}. */
export interface DrillNamespaceArgs {
  /** Name of the namespace; changing it replaces the namespace with all that is in it. @default - the component's name */
  readonly namespaceName?: string;
  /**
   * What all drills together may take, as of a ResourceQuota.
   * @default 4 pods, 4 CPUs and 8Gi of memory requested, memory limits of 16Gi
   */
  readonly quota?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Labels of the namespace beside the library's own. @default {} */
  readonly labels?: Readonly<Record<string, pulumi.Input<string>>>;
}

const keys = ["namespaceName", "quota", "labels"] as const satisfies readonly (keyof DrillNamespaceArgs)[];

const usualQuota = { pods: "4", "requests.cpu": "4", "requests.memory": "8Gi", "limits.memory": "16Gi" };

/**
 * A namespace in which restored data can do no harm: it admits `restricted` pods only, closes the network in both
 * directions, takes no more than its quota, and has no Service that anyone could reach from outside. Each drill opens
 * its own way to the stores; drills of Kubernetes objects restore into it, and only into a namespace with its label
 * `purpose=drill`. The identity that opens artefacts belongs into a Secret of this namespace, and nowhere else
 * in the cluster.
 *
 * @example
 * const drills = new DrillNamespace("restore-drill", {});
 */
export class DrillNamespace extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:DrillNamespace";

  /** Name of the namespace, known when everything in it stands. */
  readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: DrillNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super(DrillNamespace.type, name, {}, opts);
    const issues = [...unknownKeys(args, keys, "args"), ...objectNameIssues("namespaceName", args.namespaceName)];
    throwOnErrors("kubernetes.DrillNamespace", name, issues, this);

    const managed = { "app.kubernetes.io/managed-by": "pulumi-backup-tiers", purpose: "drill" };
    const level = {
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
    };
    const created = new core.Namespace(
      name,
      {
        metadata: {
          name: args.namespaceName ?? kubernetesName(name),
          labels: { ...args.labels, ...level, ...managed },
        },
      },
      { parent: this },
    );
    const metadata = { name: "drills", namespace: created.metadata.name, labels: managed };
    const inside = { parent: this, deletedWith: created };
    const fences = [
      new networking.NetworkPolicy(
        `${name}-network`,
        { metadata, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
        inside,
      ),
      new core.ResourceQuota(
        `${name}-quota`,
        {
          metadata,
          spec: { hard: { "services.loadbalancers": "0", "services.nodeports": "0", ...(args.quota ?? usualQuota) } },
        },
        inside,
      ),
      new core.LimitRange(
        `${name}-limits`,
        {
          metadata,
          spec: {
            limits: [
              {
                type: "Container",
                default: { memory: "1Gi" },
                defaultRequest: { cpu: "100m", memory: "256Mi" },
              },
            ],
          },
        },
        inside,
      ),
    ];

    this.namespaceName = pulumi.all(fences.map(({ id }) => id)).apply(() => created.metadata.name);
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}
