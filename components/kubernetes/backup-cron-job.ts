import * as batch from "@pulumi/kubernetes/batch/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AgentConfig, AgentDrill, PlannedAsset, PlannedSchedule } from "../model/index.js";
import { type BackupKeys, signingKeyEntry } from "../shared/keys.js";
import { AgentBundle } from "./agent-bundle.js";
import { agentPodSpec } from "./agent-pod.js";
import type { BackupJobArgs, ResolvedBackupJob } from "./backup-job.js";
import type { DataAccess } from "./data-access.js";
import { jobLabel, jobNetwork } from "./job-network.js";
import type { PodSettings } from "./pod-settings.js";
import { type SecretFile, secretPath } from "./secret-file.js";

/** What the runs of a CronJob are for. */
export type Purpose = "backup" | "check" | "drill";

/** What the agent does in every run, and when. */
export interface AgentTask {
  readonly purpose: Purpose;
  readonly command: readonly string[];
  readonly schedule: PlannedSchedule;
  readonly longestGapSeconds: number | null;
  /** Exit codes of the agent that no retry heals. */
  readonly finalExitCodes: readonly number[];
  /** Secrets beside those of the data and the key that signs. */
  readonly secretFiles: readonly SecretFile[];
  /** Nothing is signed: the key that signs stays away where the public ones are known. */
  readonly onlyVerifies?: boolean;
  /** Mount stores read-only. */
  readonly readOnlyStores?: boolean;
  /** Terms of drills. */
  readonly drill?: AgentDrill;
}

/** What makes one component's CronJob differ from another's. */
export interface BackupCronJobArgs {
  readonly task: AgentTask;
  readonly args: BackupJobArgs;
  readonly job: ResolvedBackupJob;
  readonly access: DataAccess;
  readonly serviceAccount: core.ServiceAccount;
  readonly agent: AgentBundle;
  readonly usesKubernetesApi?: boolean;
  /** What must exist before the first run, such as rights. */
  readonly prerequisites?: readonly pulumi.Resource[];
}

/** Exit codes of the agent. */
export const exitCodes = { usage: 2, content: 3 } as const;

/** The task of a backup: the schedule of its plan, and the command that makes one. */
export function backupTask({ schedule, longestGapSeconds }: PlannedAsset, command = "backup"): AgentTask {
  const finalExitCodes = [exitCodes.usage];
  return { purpose: "backup", command: [command], schedule, longestGapSeconds, finalExitCodes, secretFiles: [] };
}

/** Labels that the documents' commands select by. */
export function purposeLabels(
  purpose: Purpose | "restore",
  asset: string,
  extra: PodSettings["labels"] = {},
): Record<string, pulumi.Input<string>> {
  return {
    "app.kubernetes.io/managed-by": "pulumi-backup-tiers",
    "backup-tiers/asset": asset,
    purpose,
    ...extra,
  };
}

/** The agent's bundle: the one that was given, or one of the component's own. */
export function agentBundle(
  name: string,
  args: BackupJobArgs,
  job: ResolvedBackupJob,
  parent: pulumi.Resource,
): AgentBundle {
  const stores = Object.values(job.stores).map((store) => store.access.kind);
  return args.agent ?? new AgentBundle(`${name}-agent`, { namespace: args.namespace, stores }, { parent });
}

/** A ServiceAccount of its own; its token is mounted only into pods that call the API. */
export function serviceAccount(
  name: string,
  args: BackupJobArgs,
  job: ResolvedBackupJob,
  parent: pulumi.Resource,
  purpose: Purpose = "backup",
): core.ServiceAccount {
  return new core.ServiceAccount(
    `${name}-account`,
    {
      metadata: {
        name: job.jobName,
        namespace: args.namespace,
        labels: purposeLabels(purpose, job.planned.name, args.labels),
        annotations: args.serviceAccountAnnotations,
      },
      automountServiceAccountToken: false,
    },
    { parent },
  );
}

/**
 * Everything that runs one task; returns the CronJob's name. The CronJob depends on all that it needs, and is protected
 * where the environment keeps its backups: a destroy is then refused before it has taken anything away.
 */
export function provisionCronJob(
  name: string,
  backup: BackupCronJobArgs,
  parent: pulumi.Resource,
  protect: boolean | undefined,
): pulumi.Output<string> {
  const { args, job, task } = backup;
  const network = {
    policyName: job.jobName,
    pods: { key: jobLabel, values: [job.jobName] },
    namespace: args.namespace,
    labels: purposeLabels(task.purpose, job.planned.name, args.labels),
    ports: backup.access.ports,
    stores: Object.values(job.stores),
    pod: args,
  } as const;
  const dependsOn = [...jobNetwork(name, network, { parent }), ...(backup.prerequisites ?? [])];
  const keeps = job.planned.onDestroy === "keep" ? true : undefined;
  return cronJob(name, backup, { parent, dependsOn, protect: protect ?? keeps }).metadata.name;
}

/** The CronJob itself, with every setting that a default would get wrong. */
function cronJob(name: string, backup: BackupCronJobArgs, options: pulumi.CustomResourceOptions): batch.CronJob {
  const { args, job, access, task } = backup;
  const { planned } = job;
  const labels = purposeLabels(task.purpose, planned.name, args.labels);
  const signing = signingFiles(args.keys, planned, task);
  return new batch.CronJob(
    name,
    {
      metadata: { name: job.jobName, namespace: args.namespace, labels, annotations: args.annotations },
      spec: {
        ...scheduleOf(task),
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels },
          spec: {
            ...jobLimits(task),
            template: {
              metadata: {
                labels: { ...labels, [jobLabel]: job.jobName },
                annotations: podAnnotations(access, args.annotations),
              },
              spec: agentPodSpec({
                command: task.command,
                config: { ...agentConfig(backup, signing[0]), drill: task.drill },
                stores: job.stores,
                agentConfigMap: backup.agent.configMapName,
                access,
                readOnlyStores: task.readOnlyStores,
                secretFiles: [...task.secretFiles, ...signing],
                serviceAccountName: backup.serviceAccount.metadata.name,
                usesKubernetesApi: backup.usesKubernetesApi,
                pod: args,
              }),
            },
          },
        },
      },
    },
    options,
  );
}

/** The agent's configuration, less its stores. */
function agentConfig(
  { args: { keys }, job, access }: BackupCronJobArgs,
  signingFile: SecretFile | undefined,
): Omit<AgentConfig, "stores"> {
  const { planned } = job;
  return {
    version: 1,
    environment: job.environment.name,
    asset: planned.name,
    source: access.source,
    retention: planned.retentionSeconds,
    lock: planned.lock === null ? undefined : { mode: planned.lock.mode, seconds: planned.lock.seconds },
    recipients: keys.recipients,
    signing: planned.signed
      ? { secretKeyFile: signingFile && secretPath(signingFile), publicKeys: keys.publicKeys ?? [] }
      : undefined,
    maxAgeSeconds: planned.maxAgeSeconds,
  };
}

function signingFiles(keys: BackupKeys, planned: PlannedAsset, { onlyVerifies }: AgentTask): SecretFile[] {
  const needed = planned.signed && !(onlyVerifies === true && (keys.publicKeys ?? []).length > 0);
  const entry = needed ? signingKeyEntry(keys) : undefined;
  return entry === undefined ? [] : [{ volume: "signing-key", secretName: entry.name, key: entry.key }];
}

/** A manual backup keeps a valid schedule that never starts: `kubectl create job --from=cronjob/...` runs it. */
export function scheduleOf(
  task: Pick<AgentTask, "schedule" | "longestGapSeconds">,
): Pick<types.input.batch.v1.CronJobSpec, "schedule" | "timeZone" | "suspend" | "startingDeadlineSeconds"> {
  const gap = task.longestGapSeconds ?? day;
  return {
    schedule: task.schedule.cron ?? "0 3 * * *",
    timeZone: task.schedule.timeZone,
    suspend: task.schedule.cron === null,
    // Unset, a CronJob that missed more than 100 runs would never start again.
    startingDeadlineSeconds: clamp(Math.floor(gap / 2), 60, 3600),
  };
}

/** Bounds of one run. Each retry of a streamed dump leaves what a lock does not let it take back, hence few. */
export function jobLimits({
  longestGapSeconds,
  finalExitCodes,
}: Pick<AgentTask, "longestGapSeconds" | "finalExitCodes">): Omit<types.input.batch.v1.JobSpec, "template"> {
  return {
    backoffLimit: 2,
    // The only thing that ends a run that waits for a lock or a dead network file system; less than the schedule's gap.
    activeDeadlineSeconds: clamp(Math.floor((longestGapSeconds ?? day) * 0.9), 60, day / 2),
    // A failed Job that is gone too soon takes its alert with it.
    ttlSecondsAfterFinished: 7 * day,
    podReplacementPolicy: "Failed",
    podFailurePolicy: {
      rules: [
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        ...(finalExitCodes.length === 0 ? [] : [failAtOnce(finalExitCodes)]),
      ],
    },
  };
}

function failAtOnce(exitCodes: readonly number[]): types.input.batch.v1.PodFailurePolicyRule {
  return { action: "FailJob", onExitCodes: { containerName: "agent", operator: "In", values: [...exitCodes] } };
}

/** Asks the autoscalers to let a run finish. */
export function undisturbed(extra: PodSettings["annotations"] = {}): Record<string, pulumi.Input<string>> {
  return { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false", "karpenter.sh/do-not-disrupt": "true", ...extra };
}

/** The same, and why PodSecurity `restricted` would not admit the pod. */
function podAnnotations(
  { demands }: DataAccess,
  extra: PodSettings["annotations"] = {},
): Record<string, pulumi.Input<string>> {
  return undisturbed({
    ...(demands?.podSecurity === undefined ? {} : { "backup-tiers/pod-security": demands.podSecurity }),
    ...extra,
  });
}

const day = 86_400;

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
