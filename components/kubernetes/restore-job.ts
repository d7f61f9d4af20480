import * as batch from "@pulumi/kubernetes/batch/v1";
import * as pulumi from "@pulumi/pulumi";
import { type Environment, type Issue, unknownKeys } from "../model/index.js";
import { areRestoreJobs, restoreJobsRule } from "../model/restore-jobs.js";
import { type EnvironmentArgument, resolveEnvironment } from "../shared/arguments.js";
import type { SecretKeyReference } from "../shared/input.js";
import { kubernetesName } from "../shared/names.js";
import { problem } from "../shared/problem.js";
import { throwOnErrors } from "../shared/problems.js";
import type { BackupStore } from "../shared/store.js";
import { AgentBundle } from "./agent-bundle.js";
import { agentPodSpec } from "./agent-pod.js";
import { purposeLabels } from "./backup-cron-job.js";
import { claimNamespaceIssues } from "./claim-namespace.js";
import type { DataAccess } from "./data-access.js";
import { proxyIssues } from "./http-proxy.js";
import { jobNetwork } from "./job-network.js";
import { type PodSettings, podSettingsKeys } from "./pod-settings.js";
import { dataIssues } from "./data-access.js";
import { type PostgresDatabase, postgresDatabase } from "./postgres-database.js";
import {
  isRestoredFile,
  type RestoredFile,
  restoredFileAccess,
  restoredFileIssues,
  restoredFileOptions,
} from "./restored-file.js";
import { type SecretFile, secretPath } from "./secret-file.js";
import { labelValueIssues, objectNameIssues } from "./text-rules.js";

/** Arguments of {@link RestoreJob}. */
export interface RestoreJobArgs extends PodSettings {
  /** The environment whose artefact is restored. */
  readonly environment: EnvironmentArgument;
  /** Name of the asset whose artefact is restored, as it stands in the object names. */
  readonly asset: string;
  /** The empty PostgreSQL database that receives the data; or a file on a volume, for data of any kind. */
  readonly into: PostgresDatabase | RestoredFile;
  /** Store to read from. */
  readonly store: BackupStore;
  /** Secret with the age identity that opens artefacts; its `key` defaults to `"identity.txt"`. */
  readonly identitySecret: SecretKeyReference;
  /** minisign public keys whose signatures count; needed where the environment signs. */
  readonly publicKeys: readonly string[];
  /** Id of the artefact, as `list` shows it. @default - the newest good one */
  readonly artefact?: string;
  /** Newest artefact whose data is not younger than this moment (ISO 8601). */
  readonly at?: string;
  /** Repeats the name of the database to allow a restore over the data that it holds; not for files. */
  readonly overwrite?: string;
  /**
   * Connections that load the rows and then make indexes and constraints, 1 to 32; about one for each processor of the server is
   * fastest. More than one make the restore no single transaction: where it fails, the database holds a part, which no repetition
   * takes for empty. Not for files, nor with `overwrite`. @default 1
   */
  readonly jobs?: number;
  /** Namespace of the job and of its Secrets. @default - the provider's namespace */
  readonly namespace?: pulumi.Input<string>;
  /** A bundle that several components of one namespace share. @default - one of its own */
  readonly agent?: AgentBundle;
}

const keys = [
  ...podSettingsKeys,
  "environment",
  "asset",
  "into",
  "store",
  "identitySecret",
  "publicKeys",
  "artefact",
  "at",
  "overwrite",
  "jobs",
  "namespace",
  "agent",
] as const satisfies readonly (keyof RestoreJobArgs)[];

/**
 * Restores one artefact, once. Signature and bytes are verified before anything is written. PostgreSQL is restored into
 * an empty database, and the row counts of the manifest are compared after the last row; what other kinds hold becomes a
 * new file on a volume, decrypted, which only the job's user can read: a bundle for `git clone`, an archive for `tar`,
 * `dump.rdb` for Redis, a snapshot for `etcdutl`. `pulumi up` waits for it and fails when the restore fails. Another
 * artefact makes another Job.
 *
 * @example
 * new RestoreJob("orders-restore", {
 *   environment: "production", asset: "orders", store: primary, publicKeys: ["RWQ..."],
 *   into: { host: "orders-db", database: "orders_restored", passwordSecret: { name: "orders-db" } },
 *   identitySecret: { name: "backup-identity" },
 * });
 */
export class RestoreJob extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:RestoreJob";

  /** Name of the Job. */
  readonly jobName: pulumi.Output<string>;

  constructor(name: string, args: RestoreJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super(RestoreJob.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    throwOnErrors("kubernetes.RestoreJob", name, [...issues, ...restoreIssues(args, environment)], this);

    const agent =
      args.agent ??
      new AgentBundle(
        `${name}-agent`,
        { namespace: args.namespace, stores: [args.store.access.kind] },
        { parent: this },
      );
    const labels = purposeLabels("restore", args.asset, args.labels);
    const jobName = kubernetesName(name);
    const access = restoreAccess(args, jobName);
    const network = {
      policyName: `${jobName}-restore`,
      // The label that Kubernetes itself gives them: one more of ours would change the Job, and restore again.
      pods: { key: "batch.kubernetes.io/job-name", values: [jobName] },
      namespace: args.namespace,
      labels,
      ports: access.ports,
      stores: [args.store],
      pod: args,
    } as const;
    const job = new batch.Job(
      name,
      {
        metadata: { name: jobName, namespace: args.namespace, labels, annotations: args.annotations },
        spec: {
          // A restore that failed half way left the database as it was, or tells how; whoever looks decides about the next try.
          backoffLimit: 0,
          activeDeadlineSeconds: 86_400,
          podReplacementPolicy: "Failed",
          template: { metadata: { labels }, spec: restorePod(access, args, environment, agent) },
        },
      },
      {
        parent: this,
        deleteBeforeReplace: true,
        customTimeouts: { create: "24h" },
        dependsOn: jobNetwork(name, network, { parent: this }),
      },
    );

    this.jobName = job.metadata.name;
    this.registerOutputs({ jobName: this.jobName });
  }
}

function restoreAccess({ into }: RestoreJobArgs, jobName: string): DataAccess {
  return isRestoredFile(into) ? restoredFileAccess(into) : postgresDatabase.access(into, jobName);
}

function restorePod(
  access: DataAccess,
  args: RestoreJobArgs,
  environment: Environment,
  agent: AgentBundle,
): ReturnType<typeof agentPodSpec> {
  const identity: SecretFile = {
    volume: "identity",
    secretName: args.identitySecret.name,
    key: args.identitySecret.key ?? "identity.txt",
  };
  const { into } = args;
  return agentPodSpec({
    command: [
      "restore",
      "--identity",
      secretPath(identity),
      ...(args.artefact === undefined ? [] : ["--id", args.artefact]),
      ...(args.at === undefined ? [] : ["--at", args.at]),
      ...(args.overwrite === undefined ? [] : ["--into-existing", args.overwrite]),
      ...(args.jobs === undefined ? [] : ["--jobs", String(args.jobs)]),
      ...(isRestoredFile(into) ? restoredFileOptions(into) : []),
    ],
    config: {
      version: 1,
      environment: environment.name,
      asset: args.asset,
      source: access.source,
      // What a restore reads was classified and encrypted by the backup; these only complete the contract.
      retention: { hourly: null },
      recipients: [],
      signing: args.publicKeys.length > 0 ? { publicKeys: args.publicKeys } : undefined,
      maxAgeSeconds: null,
    },
    stores: { store: args.store },
    readOnlyStores: true,
    agentConfigMap: agent.configMapName,
    access,
    secretFiles: [identity],
    serviceAccountName: "default",
    pod: args,
  });
}

function restoreIssues(args: RestoreJobArgs, environment: Environment): Issue[] {
  const issues = [
    ...unknownKeys(args, keys, "args"),
    ...proxyIssues(args, ""),
    ...targetIssues(args),
    ...jobsIssues(args),
  ];
  issues.push(...objectNameIssues("namespace", args.namespace), ...labelValueIssues("asset", args.asset));
  const { store, namespace } = args as Partial<RestoreJobArgs>;
  if (store !== undefined) issues.push(...claimNamespaceIssues({ store }, namespace, () => "store"));
  if (args.artefact !== undefined && args.at !== undefined) {
    issues.push({
      id: "restore-one-selection",
      level: "error",
      path: "at",
      message: `at must not stand beside artefact (both choose what is restored), got ${JSON.stringify(args.at)}; leave one out`,
    });
  }
  if (environment.matrix["postgres"]?.signed === true && args.publicKeys.length === 0) {
    issues.push({
      id: "restore-verifies-signatures",
      level: "error",
      path: "publicKeys",
      message: `publicKeys must hold the keys that sign in ${environment.name} (an unsigned artefact does not count), got none; give the second line of minisign.pub`,
    });
  }
  return issues;
}

function targetIssues({ into, overwrite }: RestoreJobArgs): Issue[] {
  if (isRestoredFile(into)) {
    const issues = restoredFileIssues(into, "into");
    if (overwrite === undefined) return issues;
    const rule = "be left out for files (the agent overwrites none)";
    return [...issues, problem("restore-overwrites-no-file", "overwrite", rule, overwrite, "name a new file")];
  }
  const issues = dataIssues(postgresDatabase, into, "into");
  const replica = (into as Partial<PostgresDatabase> | undefined)?.replica;
  if (replica === undefined) return issues;
  const rule = "be left out (a replica takes no rows)";
  return [...issues, problem("restore-into-server", "into.replica", rule, replica, "restore into the server")];
}

function jobsIssues({ into, overwrite, jobs }: RestoreJobArgs): Issue[] {
  if (jobs === undefined) return [];
  const id = "restore-jobs";
  const issues: Issue[] = [];
  if (!areRestoreJobs(jobs)) {
    issues.push(problem(id, "jobs", restoreJobsRule, jobs, "write about as many as the server has processors"));
  }
  if (isRestoredFile(into)) {
    issues.push(problem(id, "jobs", "be left out for files (the agent writes one file)", jobs, "leave it out"));
  } else if (overwrite !== undefined) {
    const rule = "be left out beside overwrite (what is there is replaced in one transaction)";
    issues.push(problem(id, "jobs", rule, jobs, "leave one of them out"));
  }
  return issues;
}
