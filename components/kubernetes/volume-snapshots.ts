import * as k8s from "@pulumi/kubernetes/apiextensions";
import type * as core from "@pulumi/kubernetes/core/v1";
import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import type {
  AssetDeclaration,
  Environment,
  Issue,
  Plan,
  PlannedAsset,
  VolumeSnapshotsSource,
} from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { cronJobNameLength, kubernetesName } from "../shared/names.js";
import { planOne } from "../shared/plan-one.js";
import { throwOnErrors } from "../shared/problems.js";
import { nodeUser } from "./agent-pod.js";
import { agentBundle, backupTask, provisionCronJob, serviceAccount } from "./backup-cron-job.js";
import { jobNameIssues, type ResolvedBackupJob } from "./backup-job.js";
import { inThisCluster } from "./data-access.js";
import type { SnapshottedVolumes, VolumeSnapshotsArgs } from "./volume-snapshots-args.js";
import { volumeSnapshotsIssues, volumeSnapshotsPlanIssues } from "./volume-snapshots-rules.js";

/**
 * Snapshots of volumes by their CSI driver: the class, whose deletion policy follows the environment, and, where claims
 * are named, a CronJob that snapshots them, waits until they are ready, and removes what each retention class no longer
 * keeps, never the newest ready one. Where backups are kept (staging and production) the class is `Retain`, so that the
 * data of a snapshot outlives its namespace; `Delete` in development. A change does not reach snapshots that exist.
 * Snapshots lie in the storage system of the volume: they are no copy elsewhere. Needs the snapshot CRDs and controller
 * of the cluster's vendor.
 *
 * @example
 * new VolumeSnapshots("snapshots", {
 *   environment: "staging",
 *   driver: "ebs.csi.aws.com",
 *   namespace: "shop",
 *   matchLabels: { backup: "yes" },
 * });
 */
export class VolumeSnapshots extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:VolumeSnapshots";

  /** Name of the VolumeSnapshotClass. */
  readonly className: pulumi.Output<string>;
  /** What happens to a snapshot's data when its VolumeSnapshot is deleted, by the class that this component makes. */
  readonly deletionPolicy: "Delete" | "Retain";
  /** Name of the CronJob, for `kubectl create job --from=cronjob/<name>`; empty where none is made. */
  readonly cronJobName: pulumi.Output<string>;
  /** What was decided for these volumes; without assets where only a class is made. */
  readonly plan: Plan;

  constructor(name: string, args: VolumeSnapshotsArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: VolumeSnapshotsArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: VolumeSnapshotsArgs, opts?: pulumi.ComponentResourceOptions, given?: PlannedAsset) {
    super(VolumeSnapshots.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    const { planned, issues: planIssues } = planSnapshots(name, args, environment, given);
    const found = [
      ...issues,
      ...volumeSnapshotsIssues(args, ["environment", "asset", "agent"]),
      ...jobNameIssues(args.jobName),
      ...planIssues,
    ];
    throwOnErrors("kubernetes.VolumeSnapshots", name, found, this);
    this.deletionPolicy = environment.matrix["volume"]?.onDestroy === "delete" ? "Delete" : "Retain";
    const assets = planned === undefined ? [] : [planned];
    this.plan = { environment: environment.name, assets, unprotected: [], issues: found };

    const protect = opts?.protect ?? (this.deletionPolicy === "Retain" ? true : undefined);
    const className = args.className ?? kubernetesName(name);
    const made =
      args.driver === undefined
        ? []
        : [volumeSnapshotClass(name, args, className, this.deletionPolicy, { parent: this, protect })];
    this.className = pulumi.output(made[0]?.metadata.name ?? className);
    this.cronJobName = pulumi.output("");
    if (planned !== undefined && planned.frequency !== "none") {
      const job: ResolvedBackupJob = {
        environment,
        planned,
        stores: {},
        jobName: args.jobName ?? kubernetesName(name, cronJobNameLength),
        plan: this.plan,
      };
      this.cronJobName = snapshotJob(name, { ...args, className }, job, made, this, opts?.protect);
    }
    this.registerOutputs({
      className: this.className,
      deletionPolicy: this.deletionPolicy,
      cronJobName: this.cronJobName,
      plan: this.plan,
    });
  }
}

/** A class alone protects nothing: it has no plan. */
function planSnapshots(
  name: string,
  args: VolumeSnapshotsArgs,
  environment: Environment,
  given: PlannedAsset | undefined,
): { planned: PlannedAsset | undefined; issues: Issue[] } {
  if (args.namespace === undefined) return { planned: undefined, issues: [] };
  const alone =
    given === undefined ? planOne(args.asset ?? name, snapshottedDeclaration(args), environment) : undefined;
  const planned = given ?? alone?.planned;
  return {
    planned,
    issues: [...(alone?.issues ?? []), ...(planned === undefined ? [] : volumeSnapshotsPlanIssues(planned))],
  };
}

function volumeSnapshotClass(
  name: string,
  args: VolumeSnapshotsArgs,
  className: string,
  deletionPolicy: string,
  options: pulumi.CustomResourceOptions,
): k8s.CustomResource {
  return new k8s.CustomResource(
    name,
    {
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshotClass",
      metadata: {
        name: className,
        labels: { "app.kubernetes.io/managed-by": "pulumi-backup-tiers", purpose: "backup", ...args.labels },
        annotations:
          args.isDefault === true ? { "snapshot.storage.kubernetes.io/is-default-class": "true" } : undefined,
      },
      driver: args.driver,
      deletionPolicy,
      // An empty map would differ from what the API server keeps, at every update.
      parameters: args.parameters,
    },
    options,
  );
}

function snapshotJob(
  name: string,
  args: VolumeSnapshotsArgs & { readonly className: string },
  job: ResolvedBackupJob,
  snapshotClass: readonly pulumi.Resource[],
  parent: pulumi.Resource,
  protect: boolean | undefined,
): pulumi.Output<string> {
  // The job writes into no store and encrypts nothing.
  const jobArgs = { ...args, stores: [], keys: { recipients: [] } };
  const account = serviceAccount(name, jobArgs, job, parent);
  const source: VolumeSnapshotsSource = {
    kind: "volume-snapshots",
    namespace: args.namespace ?? "",
    claims: args.claims,
    matchLabels: args.matchLabels,
    className: args.className,
    readyTimeoutSeconds: args.readyTimeoutMinutes === undefined ? undefined : args.readyTimeoutMinutes * 60,
  };
  const backup = {
    args: jobArgs,
    job,
    task: backupTask(job.planned, "snapshot"),
    access: { source, secretFiles: [], ports: args.apiServerPorts ?? [443, 6443], user: nodeUser },
    serviceAccount: account,
    agent: agentBundle(name, jobArgs, job, parent),
    usesKubernetesApi: true,
    prerequisites: [...snapshotClass, ...grant(name, args, job, account, parent)],
  };
  return provisionCronJob(name, backup, parent, protect);
}

const group = "snapshot.storage.k8s.io";

/**
 * Snapshots of its own namespace, and their contents, which belong to no namespace and are named by the controller: no
 * rule can say which of them. Claims are read by name where they are named.
 */
function grant(
  name: string,
  args: VolumeSnapshotsArgs,
  job: ResolvedBackupJob,
  account: core.ServiceAccount,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const { namespace = "", claims } = args;
  const labels = { "app.kubernetes.io/managed-by": "pulumi-backup-tiers", purpose: "backup" };
  const subjects = [{ kind: "ServiceAccount", name: account.metadata.name, namespace: account.metadata.namespace }];
  const claimsRule = { apiGroups: [""], resources: ["persistentvolumeclaims"] };
  const role = new rbac.Role(
    `${name}-snapshots`,
    {
      metadata: { name: job.jobName, namespace, labels },
      rules: [
        { apiGroups: [group], resources: ["volumesnapshots"], verbs: ["list", "create", "delete"] },
        claims === undefined
          ? { ...claimsRule, verbs: ["list"] }
          : { ...claimsRule, verbs: ["get"], resourceNames: [...claims] },
      ],
    },
    { parent },
  );
  const contents = new rbac.ClusterRole(
    `${name}-contents`,
    {
      metadata: { name: kubernetesName(`${namespace}-${job.jobName}-contents`), labels },
      rules: [{ apiGroups: [group], resources: ["volumesnapshotcontents"], verbs: ["get", "list", "patch"] }],
    },
    { parent },
  );
  const refer = (kind: string, to: rbac.Role | rbac.ClusterRole) => ({
    apiGroup: "rbac.authorization.k8s.io",
    kind,
    name: to.metadata.name,
  });
  return [
    new rbac.RoleBinding(
      `${name}-snapshots`,
      { metadata: { name: job.jobName, namespace, labels }, roleRef: refer("Role", role), subjects },
      { parent },
    ),
    new rbac.ClusterRoleBinding(
      `${name}-contents`,
      { metadata: { name: contents.metadata.name, labels }, roleRef: refer("ClusterRole", contents), subjects },
      { parent },
    ),
  ];
}

/** What the plan needs to know: the storage system itself is the one place where snapshots lie. */
export function snapshottedDeclaration(args: Partial<SnapshottedVolumes>): AssetDeclaration {
  const { namespace = "", claims, matchLabels = {} } = args;
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  return {
    kind: "volume",
    mechanisms: ["volume-snapshots"],
    // Snapshots have no manifest that could be signed.
    protection: { signed: false, ...args.protection },
    stores: [],
    serviceCopies: { [args.driver ?? args.className ?? "snapshots"]: { location: inThisCluster } },
    location: inThisCluster,
    target: `snapshots://${namespace}/${[...(claims ?? labels)].sort().join(",")}`,
  };
}
