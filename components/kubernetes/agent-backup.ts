import type * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { AssetDeclaration, Issue, Plan, PlannedAsset } from "../model/index.js";
import { agentBundle, backupTask, provisionCronJob, serviceAccount } from "./backup-cron-job.js";
import { companionRow } from "../shared/asset.js";
import { cronJobNameLength, kubernetesName } from "../shared/names.js";
import { throwOnErrors } from "../shared/problems.js";
import { type BackupJobArgs, type ResolvedBackupJob, resolveBackupJob } from "./backup-job.js";
import { type Companion, type DataAccess, type DataKind, dataIssues } from "./data-access.js";
import { takenAssetIssues } from "./taken-names.js";

/**
 * What makes one component that runs the agent's `backup` differ from another.
 *
 * @internal
 */
export interface AgentBackupRequest {
  /** Type of the component in states and policies. */
  readonly type: string;
  /** The component's class as the user writes it: `kubernetes.PostgresBackup`. */
  readonly component: string;
  readonly args: BackupJobArgs & { readonly asset?: string };
  readonly declaration: AssetDeclaration;
  /** Keys of the component's arguments beside the shared ones. */
  readonly ownKeys: readonly string[];
  /** Problems of those. */
  readonly ownIssues: readonly Issue[];
  /** Called when there are no problems. */
  readonly access: (jobName: string) => DataAccess;
  /** Further data of the same asset; called when there are no problems. */
  readonly companions?: () => readonly Companion[];
  /** The pod calls the Kubernetes API. */
  readonly usesKubernetesApi?: boolean;
  /** Makes what must exist before the first run, such as rights. */
  readonly prerequisites?: (
    job: ResolvedBackupJob,
    parent: pulumi.Resource,
    account: core.ServiceAccount,
  ) => pulumi.Resource[];
}

/** A component that backs one asset up from a CronJob whose only process is the agent. */
export abstract class AgentBackup extends pulumi.ComponentResource {
  /** Name of the CronJob, for `kubectl create job --from=cronjob/<name>`; empty where the environment makes no backup. */
  readonly cronJobName: pulumi.Output<string>;
  /** What was decided for this asset. */
  readonly plan: Plan;

  /** @internal */
  constructor(
    name: string,
    request: AgentBackupRequest,
    opts: pulumi.ComponentResourceOptions | undefined,
    planned: PlannedAsset | undefined,
  ) {
    super(request.type, name, {}, opts);
    const { args } = request;
    const job = resolveBackupJob({ ...request, name, planned }, this);

    const companions = job.planned.frequency === "none" ? [] : (request.companions?.() ?? []);
    const rows = [job.planned, ...companions.map((companion) => companionRow(job.planned, companion))];
    throwOnErrors(request.component, name, writtenTwice(request, name, job, rows, this), this);

    this.plan = { ...job.plan, assets: rows };
    this.cronJobName = pulumi.output("");
    if (job.planned.frequency !== "none") {
      const account = serviceAccount(name, args, job, this);
      const shared = {
        task: backupTask(job.planned),
        args,
        agent: agentBundle(name, args, job, this),
        serviceAccount: account,
        usesKubernetesApi: request.usesKubernetesApi,
        prerequisites: request.prerequisites?.(job, this, account),
      };
      const backup = { ...shared, job, access: request.access(job.jobName) };
      this.cronJobName = provisionCronJob(name, backup, this, opts?.protect);
      for (const one of companions) {
        const { role, access } = one;
        const settings = { ...args, images: { node: args.images?.node } };
        const companion = { ...shared, args: settings, job: companionOf(job, one), access };
        provisionCronJob(`${name}-${role}`, companion, this, opts?.protect);
      }
    }
    this.registerOutputs({ cronJobName: this.cronJobName, plan: this.plan });
  }
}

/** Two components that write under one name of an asset would chain and prune each other's manifests. */
function writtenTwice(
  { component }: AgentBackupRequest,
  name: string,
  { planned, environment, stores }: ResolvedBackupJob,
  rows: readonly PlannedAsset[],
  resource: pulumi.Resource,
): Issue[] {
  if (planned.frequency === "none") return [];
  return rows.flatMap((row) => {
    const written = { environment: environment.name, asset: row.name };
    const all = Object.values(stores).map((store) =>
      takenAssetIssues(resource, `${component} "${name}"`, store, written),
    );
    // Once for all stores.
    return all.find((issues) => issues.length > 0) ?? [];
  });
}

/** The job of further data of the same asset. */
function companionOf(job: ResolvedBackupJob, companion: Companion): ResolvedBackupJob {
  const planned = companionRow(job.planned, companion);
  const { role } = companion;
  return { ...job, planned, jobName: kubernetesName(`${job.jobName}-${role}`, cronJobNameLength) };
}

/**
 * The request of a component whose data stand under one key of its arguments.
 *
 * @internal
 */
export function requestOf<Key extends string, Data extends object>(
  type: string,
  component: string,
  key: Key,
  kind: DataKind<Data>,
  args: BackupJobArgs & Readonly<Record<Key, Data>>,
): AgentBackupRequest {
  const data = args[key];
  return {
    type,
    component,
    args,
    declaration: kind.declare(data, args.protection),
    ownKeys: [key],
    ownIssues: dataIssues(kind, data, key),
    access: (jobName) => kind.access(data, jobName),
    companions: () => kind.companions?.(data) ?? [],
  };
}
