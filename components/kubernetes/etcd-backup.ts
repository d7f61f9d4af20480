import * as k8s from "@pulumi/kubernetes/apiextensions";
import type * as pulumi from "@pulumi/pulumi";
import type { Issue, PlannedAsset } from "../model/index.js";
import { problem } from "../shared/problem.js";
import { AgentBackup, type AgentBackupRequest, requestOf } from "./agent-backup.js";
import { purposeLabels } from "./backup-cron-job.js";
import type { BackupJobArgs, ResolvedBackupJob } from "./backup-job.js";
import { type KubeadmEtcd, kubeadmEtcd } from "./kubeadm-etcd.js";
import { type TalosEtcd, talosEtcd } from "./talos-etcd.js";

/** Arguments of {@link EtcdBackup}. */
export interface EtcdBackupArgs extends BackupJobArgs {
  /** The etcd of a cluster that kubeadm made. This or `talos`. */
  readonly kubeadm?: KubeadmEtcd;
  /** The etcd of a Talos cluster. This or `kubeadm`. */
  readonly talos?: TalosEtcd;
  /** Name of the asset in object names. @default - the component's name */
  readonly asset?: string;
}

/**
 * Backs up a cluster's etcd: a snapshot that counts only when a throw-away etcd has been started on it. It holds the
 * values of all Secrets, as the API server stores them.
 *
 * With kubeadm the job runs as root on a control-plane node, because the client's key lies there for root alone: its
 * namespace must admit `privileged` pods, and should hold nothing else. The certificates and keys in `/etc/kubernetes`
 * are an asset of their own, `<asset>-pki`. With Talos the job passes `restricted`; its only right is the role
 * `os:etcd:backup`, which the machine configuration must allow in the job's namespace
 * (`machine.features.kubernetesTalosAPIAccess`).
 *
 * @example
 * new EtcdBackup("etcd", {
 *   environment: "production", namespace: "etcd-backup",
 *   talos: { endpoints: ["10.0.0.2", "10.0.0.3"] },
 *   stores: [primary, offsite],
 *   keys,
 * });
 */
export class EtcdBackup extends AgentBackup {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:EtcdBackup";

  constructor(name: string, args: EtcdBackupArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: EtcdBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: EtcdBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset) {
    super(name, etcdRequest(name, args), opts, planned);
  }
}

const component = "kubernetes.EtcdBackup";

function etcdRequest(name: string, args: EtcdBackupArgs): AgentBackupRequest {
  const { kubeadm, talos } = args;
  const request =
    talos === undefined
      ? requestOf(EtcdBackup.type, component, "kubeadm", kubeadmEtcd, { ...args, kubeadm: kubeadm ?? {} })
      : requestOf(EtcdBackup.type, component, "talos", talosEtcd, { ...args, talos });
  return {
    ...request,
    ownKeys: ["kubeadm", "talos"],
    ownIssues: [...oneOf(args), ...request.ownIssues],
    prerequisites: talos && ((job, parent) => [talosAccount(name, args, job, parent)]),
  };
}

function oneOf({ kubeadm, talos }: EtcdBackupArgs): Issue[] {
  if ((kubeadm === undefined) !== (talos === undefined)) return [];
  const got = talos === undefined ? undefined : "both";
  return [
    problem("one-etcd", "args", "have either kubeadm or talos (one etcd)", got, "give the one that your cluster has"),
  ];
}

/** Talos answers this with a Secret of the same name, and takes it back with it. */
function talosAccount(
  name: string,
  args: EtcdBackupArgs,
  job: ResolvedBackupJob,
  parent: pulumi.Resource,
): pulumi.Resource {
  return new k8s.CustomResource(
    `${name}-talos`,
    {
      apiVersion: "talos.dev/v1alpha1",
      kind: "ServiceAccount",
      metadata: {
        name: job.jobName,
        namespace: args.namespace,
        labels: purposeLabels("backup", job.planned.name, args.labels),
      },
      spec: { roles: ["os:etcd:backup"] },
    },
    { parent },
  );
}
