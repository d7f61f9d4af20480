import type * as pulumi from "@pulumi/pulumi";
import {
  type AssetDeclaration,
  type Environment,
  type Issue,
  type Plan,
  type PlannedAsset,
  type ProtectionOverride,
  unknownKeys,
} from "../model/index.js";
import { type EnvironmentArgument, resolveEnvironment, resolveStores } from "../shared/arguments.js";
import { expiryIssues } from "../shared/expiry.js";
import { type BackupKeys, keyIssues } from "../shared/keys.js";
import { cronJobNameLength, kubernetesName } from "../shared/names.js";
import { planOne } from "../shared/plan-one.js";
import { throwOnErrors } from "../shared/problems.js";
import { type BackupStore, storesOf } from "../shared/store.js";
import type { AgentBundle } from "./agent-bundle.js";
import { claimNamespaceIssues } from "./claim-namespace.js";
import { proxyIssues } from "./http-proxy.js";
import { type PodSettings, podSettingsKeys } from "./pod-settings.js";
import { takenJobIssues } from "./taken-names.js";
import { labelValueIssues, objectNameIssues } from "./text-rules.js";

/** Arguments that every component has which runs backups as a CronJob. */
export interface BackupJobArgs extends PodSettings {
  /** The environment, or the name of a built-in one. Decides frequency, retention, copies, lock, signing. */
  readonly environment: EnvironmentArgument;
  /** Stores of the copies, in order; as a list they go by their own names. */
  readonly stores: readonly BackupStore[] | Readonly<Record<string, BackupStore>>;
  /** Public keys, and references to secret ones. */
  readonly keys: BackupKeys;
  /** Parts of the environment's protection that this asset overrides. */
  readonly protection?: ProtectionOverride;
  /** Namespace of the job, its Secrets and its volumes. @default - the provider's namespace */
  readonly namespace?: pulumi.Input<string>;
  /**
   * Name of the CronJob, at most 52 characters; changing it replaces the CronJob.
   * @default - the component's name, shortened with a hash where it is too long
   */
  readonly jobName?: string;
  /** A bundle that several components of one namespace share. @default - one of its own */
  readonly agent?: AgentBundle;
}

/** Keys of {@link BackupJobArgs}, for refusing misspelt ones at run time. */
export const backupJobKeys = [
  ...podSettingsKeys,
  "environment",
  "stores",
  "keys",
  "protection",
  "namespace",
  "jobName",
  "agent",
] as const satisfies readonly (keyof BackupJobArgs)[];

/** What a backup component knows about itself before it makes its first resource. */
export interface ResolvedBackupJob {
  readonly environment: Environment;
  readonly planned: PlannedAsset;
  readonly stores: Readonly<Record<string, BackupStore>>;
  readonly jobName: string;
  /** What the component registers as its plan. */
  readonly plan: Plan;
}

/** What {@link resolveBackupJob} needs to know of a component. */
export interface BackupJobRequest {
  /** The component's class as the user writes it: `kubernetes.PostgresBackup`. */
  readonly component: string;
  readonly name: string;
  readonly args: BackupJobArgs & {
    /** Name of the asset, part of every object name. */
    readonly asset?: string;
  };
  readonly declaration: AssetDeclaration;
  /** Keys of the component's arguments beside the shared ones. */
  readonly ownKeys: readonly string[];
  /** Problems of those. */
  readonly ownIssues?: readonly Issue[];
  /** The component signs nothing, so that it needs no key for it. */
  readonly onlyVerifies?: boolean;
  /** The asset's row, when a strategy has planned it already. */
  readonly planned?: PlannedAsset;
}

/**
 * Checks the arguments of a backup component and plans its one asset.
 * @throws ResourceError, without a stack trace, with every problem at once
 */
export function resolveBackupJob(request: BackupJobRequest, resource: pulumi.Resource): ResolvedBackupJob {
  const { component, name, args } = request;
  const asset = args.asset ?? name;
  const { environment, issues: environmentIssues } = resolveEnvironment(args.environment);
  const { stores, issues: storeIssues } = resolveStores(args.stores);
  const alone = request.planned === undefined ? planOne(asset, request.declaration, environment, stores) : undefined;
  const planned = request.planned ?? alone?.planned;
  const chosen = planned === undefined ? {} : storesOf(planned, stores);
  const signed = planned?.signed ?? environment.base !== "development";
  const issues: Issue[] = [
    ...unknownKeys(args, [...backupJobKeys, ...request.ownKeys, "asset"], "args"),
    ...environmentIssues,
    ...(request.ownIssues ?? []),
    ...storeIssues,
    ...jobNameIssues(args.jobName),
    ...objectNameIssues("namespace", args.namespace),
    ...proxyIssues(args, ""),
    ...claimNamespaceIssues(chosen, args.namespace, (store) => `stores.${store}`),
    ...(alone?.issues ?? []),
    ...(planned === undefined ? [] : labelValueIssues("asset", asset)),
    ...keyIssues(args.keys, request.onlyVerifies !== true && signed, environment, "keys"),
    ...(alone?.planned === undefined ? [] : expiryIssues(alone.planned, chosen, (store) => `stores.${store}`)),
  ];
  const jobName = args.jobName ?? kubernetesName(name, cronJobNameLength);
  if (planned !== undefined && planned.frequency !== "none")
    issues.push(...takenJobIssues(resource, `${component} "${name}"`, args.namespace, jobName));
  throwOnErrors(component, name, issues, resource);
  if (planned === undefined) throw new Error(`the plan of "${asset}" has neither the asset nor an error`);
  return {
    environment,
    planned,
    stores: chosen,
    jobName,
    plan: { environment: environment.name, assets: [planned], unprotected: [], issues },
  };
}

/** The issue of a CronJob's name that is given and is none. */
export function jobNameIssues(jobName: string | undefined): Issue[] {
  if (jobName === undefined || (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(jobName) && jobName.length <= cronJobNameLength))
    return [];
  return [
    {
      id: "cron-job-name",
      level: "error",
      path: "jobName",
      message: `jobName must be at most ${String(cronJobNameLength)} lower-case letters, digits and dashes (Kubernetes CronJob), got ${JSON.stringify(jobName)} of ${String(jobName.length)} characters; shorten it or leave it out`,
    },
  ];
}
