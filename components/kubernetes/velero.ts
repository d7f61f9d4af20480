import * as core from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3";
import * as pulumi from "@pulumi/pulumi";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import type { VeleroArgs } from "./velero-args.js";
import { repositoryPasswordSecret } from "./velero-repository-password.js";
import { hasOwnAddress, veleroInstallationIssues } from "./velero-rules.js";
import { storesVolumes } from "./velero-schedules-rules.js";
import { veleroValues } from "./velero-values.js";

/** Where the project publishes its chart. */
const chartRepository = "https://vmware-tanzu.github.io/helm-charts";

/**
 * Velero by its own Helm chart: its namespace, the password of its repositories before it first starts, an identity
 * instead of keys on three clouds, and the node agent only where it is needed. Backups are declared by
 * `VeleroSchedules`, which must depend on this component: `{ dependsOn: velero }`.
 *
 * A cluster without internet takes `repository` or `chart`, `image`, `kubectlImage` and `cloud.pluginImage` from a registry
 * of its own. A proxy goes into `values` as `configuration.extraEnvVars`, a list; its `NO_PROXY` must name the Kubernetes
 * API (`$(KUBERNETES_SERVICE_HOST)`), or neither the server nor the node agent starts.
 *
 * @example
 * const velero = new Velero("velero", { environment: "production", cloud: { provider: "aws", identity: role.arn } });
 */
export class Velero extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:Velero";

  /** Namespace of Velero, for `VeleroSchedules`. */
  readonly namespace: string;
  /** State of the release, `"deployed"` once every pod is ready. */
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: VeleroArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Velero.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    throwOnErrors("kubernetes.Velero", name, [...issues, ...veleroInstallationIssues(args)], this);
    const keeps = environment.base === "development" ? undefined : true;
    const options = { parent: this, protect: opts?.protect ?? keeps };
    const labels = { "app.kubernetes.io/managed-by": "pulumi-backup-tiers", purpose: "backup" };

    this.namespace = args.namespace ?? "velero";
    const namespace =
      args.createNamespace === false
        ? this.namespace
        : new core.Namespace(
            `${name}-namespace`,
            { metadata: { name: this.namespace, labels: { ...labels, ...podSecurity(args) } } },
            options,
          ).metadata.name;
    const metadata = { namespace, labels };
    const password = repositoryPasswordSecret(name, args.repositoryPassword, metadata, options);
    const release = new Release(
      name,
      {
        name: "velero",
        namespace,
        chart: args.chart ?? "velero",
        version: args.chartVersion ?? "12.1.0",
        repositoryOpts: hasOwnAddress(args.chart) ? undefined : { repo: args.repository ?? chartRepository },
        values: { ...veleroValues(args) },
        // A half-made release is taken back.
        atomic: true,
        skipAwait: false,
        timeout: args.timeoutSeconds ?? 600,
      },
      { ...options, dependsOn: password },
    );
    this.status = release.status.apply(({ status }) => status);
    this.registerOutputs({ namespace: this.namespace, status: this.status });
  }
}

/** Reading files of running pods mounts a folder of the node; pods that move snapshots only run as root. */
function podSecurity({ volumes = "none" }: VeleroArgs): Record<string, string> {
  if (!storesVolumes(volumes)) return {};
  return { "pod-security.kubernetes.io/enforce": volumes === "files" ? "privileged" : "baseline" };
}
