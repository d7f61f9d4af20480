import * as batch from "@pulumi/kubernetes/batch/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { parseCron, type PlannedAsset } from "../model/index.js";
import { cronJobNameLength, kubernetesName } from "../shared/names.js";
import type { BackupStore } from "../shared/store.js";
import { hardened } from "./agent-pod.js";
import { jobLimits, purposeLabels, scheduleOf, undisturbed } from "./backup-cron-job.js";
import { jobLabel, jobNetwork } from "./job-network.js";
import { certificatesFolder, configFolder, pgBackRestConfig } from "./pgbackrest-config.js";
import type { ArchivedPostgres, PgBackRestStanza } from "./postgres-wal-args.js";

/** What the pod of PostgreSQL must have so that it archives and can be backed up: data to spread into its declaration. */
export interface PgBackRestPod {
  /** Parameters of the server (`-c name=value`, or postgresql.conf). */
  readonly parameters: Readonly<Record<string, string>>;
  /** Variables of the container of PostgreSQL, whose image needs `pgbackrest` for `archive_command`. */
  readonly env: readonly Readonly<Record<string, unknown>>[];
  /** Mounts of the container of PostgreSQL. */
  readonly volumeMounts: readonly Readonly<Record<string, unknown>>[];
  /** Volumes of the pod. */
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  /**
   * The container beside PostgreSQL that serves the backup job. Add the mounts of the data and of the socket: it reads
   * both.
   */
  readonly sidecar: Readonly<Record<string, unknown>>;
}

/** Configuration and jobs of one stanza; the job is the repository host, and reaches PostgreSQL's pod by TLS. */
export function archiveByPgBackRest(
  name: string,
  args: ArchivedPostgres,
  tool: PgBackRestStanza,
  planned: PlannedAsset,
  stores: readonly BackupStore[],
  folder: string,
  options: pulumi.CustomResourceOptions,
): PgBackRestPod {
  const { namespace } = args;
  const labels = purposeLabels("backup", planned.name, args.labels);
  const config = pgBackRestConfig(tool, stores, planned.retention.pitrDays ?? 1, folder);
  const configMapName = kubernetesName(`${name}-pgbackrest`);
  const configMap = new core.ConfigMap(
    `${name}-pgbackrest`,
    {
      metadata: { name: configMapName, namespace, labels },
      data: { "server.conf": config.server, "job.conf": config.job },
    },
    { ...options, protect: undefined },
  );
  const account = new core.ServiceAccount(
    `${name}-account`,
    {
      metadata: { name: configMapName, namespace, labels, annotations: tool.pod?.serviceAccountAnnotations },
      automountServiceAccountToken: false,
    },
    { ...options, protect: undefined },
  );
  const authorities = authoritiesOf(tool, stores);
  const volumes = [
    { name: "pgbackrest", configMap: { name: configMapName } },
    // The group may read the key, which is root's: pgBackRest accepts that.
    { name: "pgbackrest-tls", secret: { secretName: tool.tls.secretName, defaultMode: 0o440 } },
    ...authorities.volumes,
  ];
  const volumeMounts = [
    { name: "pgbackrest", mountPath: configFolder, readOnly: true },
    { name: "pgbackrest-tls", mountPath: certificatesFolder, readOnly: true },
    ...authorities.mounts,
  ];
  const env = [...secretVariables(tool, stores), ...authorities.env];
  const network = jobNetwork(
    name,
    {
      policyName: jobNameOf(`${name}-full`),
      pods: { key: jobLabel, values: [jobNameOf(`${name}-full`), jobNameOf(`${name}-diff`)] },
      namespace,
      labels,
      ports: [tool.serverPort ?? 8432],
      stores,
      pod: tool.pod ?? {},
    },
    { ...options, protect: undefined },
  );
  for (const [type, schedule] of Object.entries(week(planned, tool.fullOn ?? 0)))
    backupJob(
      `${name}-${type}`,
      type,
      schedule,
      { args, tool, planned, volumes, volumeMounts, env, labels, account: account.metadata.name },
      {
        ...options,
        dependsOn: [configMap, ...network],
      },
    );
  const serverEnv = [{ name: "PGBACKREST_CONFIG", value: `${configFolder}/server.conf` }, ...env];
  return {
    parameters: {
      archive_mode: "on",
      archive_command: `pgbackrest --stanza=${tool.stanza} archive-push %p`,
      archive_timeout: String(tool.archiveTimeoutSeconds ?? 60),
      wal_level: "replica",
      max_wal_senders: "3",
    },
    env: serverEnv.map((variable) => ({ ...variable })),
    volumes,
    volumeMounts,
    sidecar: {
      name: "pgbackrest",
      image: tool.image,
      command: ["pgbackrest", "server"],
      env: serverEnv,
      ports: [{ containerPort: tool.serverPort ?? 8432 }],
      volumeMounts,
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    },
  };
}

/** One day of the week is full, the others are differential: never two backups of one stanza at the same time. */
function week(planned: PlannedAsset, fullOn: number): Record<string, string> {
  const [first = 0] = parseCron(planned.schedule.cron ?? "0 3 * * *").minutesOfDay;
  const time = `${first % 60} ${Math.floor(first / 60)}`;
  const others = [0, 1, 2, 3, 4, 5, 6].filter((weekday) => weekday !== fullOn);
  return { full: `${time} * * ${fullOn}`, diff: `${time} * * ${others.join(",")}` };
}

interface JobParts {
  readonly args: ArchivedPostgres;
  readonly tool: PgBackRestStanza;
  readonly planned: PlannedAsset;
  readonly volumes: types.input.core.v1.Volume[];
  readonly volumeMounts: types.input.core.v1.VolumeMount[];
  readonly env: types.input.core.v1.EnvVar[];
  readonly labels: Record<string, pulumi.Input<string>>;
  /** Name of the service account, which the web identity of buckets goes by. */
  readonly account: pulumi.Input<string>;
}

function backupJob(
  name: string,
  type: string,
  schedule: string,
  parts: JobParts,
  options: pulumi.CustomResourceOptions,
): void {
  const { args, tool, planned, labels } = parts;
  const jobName = jobNameOf(name);
  new batch.CronJob(
    name,
    {
      metadata: { name: jobName, namespace: args.namespace, labels, annotations: tool.pod?.annotations },
      spec: {
        ...scheduleOf(planned),
        schedule,
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels },
          spec: {
            // Exit codes of pgBackRest do not tell what a retry can heal.
            ...jobLimits({ longestGapSeconds: planned.longestGapSeconds, finalExitCodes: [] }),
            template: {
              metadata: {
                labels: { ...labels, [jobLabel]: jobName },
                annotations: undisturbed(tool.pod?.annotations),
              },
              spec: pod(tool, type, parts),
            },
          },
        },
      },
    },
    options,
  );
}

function jobNameOf(name: string): string {
  return kubernetesName(name, cronJobNameLength);
}

function pod(tool: PgBackRestStanza, type: string, parts: JobParts): types.input.core.v1.PodSpec {
  const { volumes, volumeMounts, env } = parts;
  const settings = tool.pod ?? {};
  const user = settings.runAsUser ?? 999;
  const container = (role: string, command: readonly string[]) => ({
    name: role,
    image: tool.image,
    imagePullPolicy: settings.imagePullPolicy ?? "IfNotPresent",
    command: ["pgbackrest", `--stanza=${tool.stanza}`, ...command],
    env: [
      { name: "PGBACKREST_CONFIG", value: `${configFolder}/job.conf` },
      ...env,
      ...Object.entries(settings.env ?? {}).map(([variable, value]) => ({ name: variable, value })),
    ],
    securityContext: hardened,
    resources: { ...(settings.resources ?? { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "1Gi" } }) },
    volumeMounts: [...volumeMounts, { name: "tmp", mountPath: "/tmp" }],
  });
  return {
    serviceAccountName: parts.account,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 60,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    imagePullSecrets: settings.imagePullSecrets?.map((secret) => ({ name: secret })),
    nodeSelector: settings.nodeSelector,
    tolerations: settings.tolerations?.map((toleration) => ({ ...toleration })),
    priorityClassName: settings.priorityClassName,
    // Does nothing where the stanza is there already.
    initContainers: [container("stanza", ["stanza-create"])],
    containers: [container("backup", ["backup", `--type=${type}`])],
    volumes: [...volumes, { name: "tmp", emptyDir: { sizeLimit: "1Gi" } }],
  };
}

/**
 * The passphrase and the keys of every repository, by reference.
 *
 * @internal
 */
export function secretVariables(
  tool: Pick<PgBackRestStanza, "cipherSecret">,
  stores: readonly BackupStore[],
): (types.input.core.v1.EnvVar & { readonly name: string })[] {
  return stores.flatMap(({ access }, index) => {
    const variable = (option: string, name: pulumi.Input<string>, key: string) => ({
      name: `PGBACKREST_REPO${index + 1}_${option}`,
      valueFrom: { secretKeyRef: { name, key } },
    });
    const secret = access.kind === "folder" ? undefined : access.credentialsSecret;
    return [
      variable("CIPHER_PASS", tool.cipherSecret.name, tool.cipherSecret.key ?? "passphrase"),
      ...(secret === undefined
        ? []
        : [variable("S3_KEY", secret, "accessKeyId"), variable("S3_KEY_SECRET", secret, "secretAccessKey")]),
    ];
  });
}

/** Authorities of the servers of buckets, which both ends reach; pgBackRest takes them in place of the system's. */
function authoritiesOf({ pod: { certificateAuthorities } = {} }: PgBackRestStanza, stores: readonly BackupStore[]) {
  if (certificateAuthorities === undefined) return { volumes: [], mounts: [], env: [] };
  const { configMap, key = "ca.crt" } = certificateAuthorities;
  const name = "pgbackrest-authorities";
  const mountPath = "/pgbackrest/authorities";
  return {
    volumes: [{ name, configMap: { name: configMap, items: [{ key, path: key }] } }],
    mounts: [{ name, mountPath, readOnly: true }],
    env: stores.map((_, index) => ({
      name: `PGBACKREST_REPO${String(index + 1)}_STORAGE_CA_FILE`,
      value: `${mountPath}/${key}`,
    })),
  };
}
