import * as rbac from "@pulumi/kubernetes/rbac/v1";
import type * as core from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesObjectsSource, PlannedAsset } from "../model/index.js";
import { AgentBackup, type AgentBackupRequest } from "./agent-backup.js";
import { nodeUser } from "./agent-pod.js";
import type { BackupJobArgs, ResolvedBackupJob } from "./backup-job.js";
import { type DataKind, inThisCluster } from "./data-access.js";
import { drillRights } from "./drill-rights.js";

/** Which objects are backed up. */
export interface KubernetesObjects {
  /** Namespaces to read. @default - every namespace and the cluster-scoped objects */
  readonly namespaces?: readonly string[];
  /**
   * API groups of custom resources to read beside the built-in ones: `"cert-manager.io"`. Drills try their objects by dry run.
   * @default []
   */
  readonly customGroups?: readonly string[];
  /** Kinds to leave out, as `plural.group`. @default [] */
  readonly exclude?: readonly string[];
  /**
   * `"names"` keeps names, types and keys of Secrets and leaves their values out; `"sealed"` encrypts each value to
   * the recipients; `"excluded"` gives the job no right to read Secrets. Values are never stored in clear.
   * @default "names"
   */
  readonly secrets?: "names" | "sealed" | "excluded";
  /** Ports of the API server, as the network sees them. @default [443, 6443] */
  readonly apiServerPorts?: readonly number[];
}

/** Arguments of {@link ObjectsBackup}. */
export interface ObjectsBackupArgs extends BackupJobArgs, KubernetesObjects {
  /** Name of the asset in object names. @default - the component's name */
  readonly asset?: string;
}

/**
 * Backs up the objects of namespaces, or of the whole cluster, as manifests that `kubectl apply` takes: everything
 * that its role may list, without what controllers fill in, and never with the value of a Secret in clear.
 *
 * @example
 * new ObjectsBackup("shop-state", { environment: "production", namespaces: ["shop"], stores: [primary], keys });
 */
export class ObjectsBackup extends AgentBackup {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:ObjectsBackup";

  constructor(name: string, args: ObjectsBackupArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: ObjectsBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: ObjectsBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset) {
    super(name, objectsRequest(name, args), opts, planned);
  }
}

function objectsRequest(name: string, args: ObjectsBackupArgs): AgentBackupRequest {
  return {
    type: ObjectsBackup.type,
    component: "kubernetes.ObjectsBackup",
    args,
    declaration: kubernetesObjects.declare(args, args.protection),
    ownKeys: kubernetesObjects.keys,
    ownIssues: kubernetesObjects.issues(args, ""),
    access: (jobName) => kubernetesObjects.access(args, jobName),
    usesKubernetesApi: true,
    prerequisites: (job, parent, account) => grantReading(name, args, job, account, parent),
  };
}

/**
 * Kubernetes' objects as the library's pods see them.
 *
 * @internal
 */
export const kubernetesObjects: DataKind<KubernetesObjects> = {
  keys: [
    "namespaces",
    "customGroups",
    "exclude",
    "secrets",
    "apiServerPorts",
  ] as const satisfies readonly (keyof KubernetesObjects)[],

  declare: (objects, protection) => ({
    kind: "kubernetes-objects",
    mechanisms: ["kubernetes-api"],
    protection,
    location: inThisCluster,
    target: `kubernetes://cluster/${[...(objects?.namespaces ?? ["*"])].sort().join(",")}`,
  }),

  issues: () => [],

  // A list of all objects is no larger than etcd's default quota.
  rehearsal: { scratchSize: "2Gi" },
  rehearsalRights: ({ customGroups = [] }) => drillRights(customGroups),

  access: (objects) => ({
    source: objectsSource(objects),
    secretFiles: [],
    ports: objects.apiServerPorts ?? [443, 6443],
    user: nodeUser,
  }),
};

function objectsSource(args: KubernetesObjects): KubernetesObjectsSource {
  return {
    kind: "kubernetes-objects",
    namespaces: args.namespaces,
    exclude: args.exclude ?? [],
    secretValues: args.secrets === "sealed" ? "seal" : "omit",
  };
}

const read = ["get", "list"];

/** Groups whose objects hold no secret values; `pods` and other run-time noise of the core group are not granted. */
const builtInGroups = [
  "apps",
  "autoscaling",
  "batch",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "storage.k8s.io",
  "scheduling.k8s.io",
  "apiextensions.k8s.io",
  "admissionregistration.k8s.io",
];

const coreResources = [
  "configmaps",
  "limitranges",
  "persistentvolumeclaims",
  "persistentvolumes",
  "namespaces",
  "replicationcontrollers",
  "resourcequotas",
  "serviceaccounts",
  "services",
];

/** Reading rights in the named namespaces only; in the whole cluster where none are named. */
function grantReading(
  name: string,
  args: ObjectsBackupArgs,
  job: ResolvedBackupJob,
  account: core.ServiceAccount,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const rules = [
    {
      apiGroups: [""],
      resources: [...coreResources, ...(args.secrets === "excluded" ? [] : ["secrets"])],
      verbs: read,
    },
    { apiGroups: [...builtInGroups, ...(args.customGroups ?? [])], resources: ["*"], verbs: read },
  ];
  const subjects = [{ kind: "ServiceAccount", name: account.metadata.name, namespace: account.metadata.namespace }];
  if (args.namespaces === undefined) {
    const role = new rbac.ClusterRole(`${name}-reader`, { metadata: { name: job.jobName }, rules }, { parent });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name };
    const metadata = { name: job.jobName };
    return [new rbac.ClusterRoleBinding(`${name}-reader`, { metadata, roleRef, subjects }, { parent })];
  }
  return args.namespaces.map((namespace) => {
    const metadata = { name: job.jobName, namespace };
    const role = new rbac.Role(`${name}-reader-${namespace}`, { metadata, rules }, { parent });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name };
    return new rbac.RoleBinding(`${name}-reader-${namespace}`, { metadata, roleRef, subjects }, { parent });
  });
}
