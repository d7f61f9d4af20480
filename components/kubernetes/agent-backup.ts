import type * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { AssetDeclaration, Issue, Plan, PlannedAsset } from "../model/index.js";
import { provisionBackup, serviceAccount } from "./backup-cron-job.js";
import { type BackupJobArgs, type ResolvedBackupJob, resolveBackupJob } from "./backup-job.js";
import { type DataAccess, type DataKind, dataIssues } from "./data-access.js";

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
  readonly access: () => DataAccess;
  /** The pod calls the Kubernetes API with the rights that this grants. */
  readonly grant?: (job: ResolvedBackupJob, account: core.ServiceAccount, parent: pulumi.Resource) => pulumi.Resource[];
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

    this.plan = job.plan;
    this.cronJobName = pulumi.output("");
    if (job.planned.frequency !== "none") {
      const account = serviceAccount(name, args, job, this);
      const prerequisites = request.grant?.(job, account, this);
      const backup = { args, job, serviceAccount: account, access: request.access(), prerequisites };
      this.cronJobName = provisionBackup(name, backup, this, opts?.protect);
    }
    this.registerOutputs({ cronJobName: this.cronJobName, plan: this.plan });
  }
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
    access: () => kind.access(data),
  };
}
