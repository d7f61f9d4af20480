import type { RestoreOptions } from "./restore-options.js";

/** Name of the container that runs the agent, and its call, in every CronJob of a backup. */
const agentContainer = "agent";
const backupCall = "backup";
const identityVolume = "identity";
const restoredVolume = "restored";
const restoredFolder = "/restored";
const defaultKey = "identity.txt";
const secretFolder = `/secrets/${identityVolume}`;

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly volumeMounts?: readonly object[];
}

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: object };
  readonly spec: { readonly containers: readonly Container[]; readonly volumes?: readonly object[] };
}

/** A CronJob as the API server shows it, as far as it is read here. */
interface CronJob {
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
  readonly spec?: { readonly jobTemplate?: { readonly spec?: { readonly template?: Template } } };
}

/** Undefined when the document is the CronJob of a backup; else the problem with it. */
export function cronJobProblem(document: unknown): string | undefined {
  const { kind, metadata, spec } = (document ?? {}) as CronJob;
  const advice = "pipe it from: kubectl get cronjob NAME --namespace NAMESPACE --output json";
  const fault = (got: string): string =>
    `the document must be the CronJob of a backup (Kubernetes), got ${got}; ${advice}`;
  if (kind !== "CronJob") return fault(typeof kind === "string" ? `a ${kind}` : "something else");
  const template = spec?.jobTemplate?.spec?.template;
  const call = template?.spec.containers.find(({ name }) => name === agentContainer)?.args;
  if (template === undefined || call?.[0] !== backupCall) {
    const runs = call === undefined ? "one without the agent" : `one that runs ${call.join(" ")}`;
    return fault(`${String(metadata?.name)}, ${runs}`);
  }
  return undefined;
}

/**
 * A Job that restores what a CronJob has backed up: the same images, stores, credentials, resources and network, and the
 * identity that only a restore needs. The document must have no {@link cronJobProblem}.
 */
export function restoreJob(document: unknown, options: RestoreOptions): object {
  const { metadata, spec } = document as CronJob;
  const template = spec?.jobTemplate?.spec?.template as Template;
  const labels = { ...template.metadata?.labels, purpose: "restore" };
  const [secretName = "", key = defaultKey] = options.identitySecret.split("/");
  const added = [
    {
      volume: { name: identityVolume, secret: { secretName, defaultMode: 0o440 } },
      mountPath: secretFolder,
      readOnly: true,
    },
    ...(options.claim === undefined
      ? []
      : [
          {
            volume: { name: restoredVolume, persistentVolumeClaim: { claimName: options.claim } },
            mountPath: restoredFolder,
          },
        ]),
  ];
  const mounts = added.map(({ volume, ...mount }) => ({ name: volume.name, ...mount }));
  const agent = (container: Container): Container => ({
    ...container,
    args: callOf(options, `${secretFolder}/${key}`),
    volumeMounts: [...(container.volumeMounts ?? []), ...mounts],
  });
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      // Room for what the API server appends, within the 63 letters of a Job whose pods carry its name.
      generateName: `${String(metadata?.name).slice(0, 48)}-restore-`,
      namespace: metadata?.namespace,
      labels,
    },
    spec: {
      // A restore that failed left the target as it was; whoever looks decides about the next try.
      backoffLimit: 0,
      activeDeadlineSeconds: 86_400,
      podReplacementPolicy: "Failed",
      template: {
        metadata: { ...template.metadata, labels },
        spec: {
          ...template.spec,
          containers: template.spec.containers.map((each) => (each.name === agentContainer ? agent(each) : each)),
          volumes: [...(template.spec.volumes ?? []), ...added.map(({ volume }) => volume)],
        },
      },
    },
  };
}

function callOf(options: RestoreOptions, identity: string): string[] {
  const given = {
    "--id": options.id,
    "--at": options.at,
    "--store": options.store,
    "--database": options.database,
    "--into-existing": options.intoExisting,
    "--jobs": options.jobs,
    "--part": options.part,
    "--output": options.file === undefined ? undefined : `${restoredFolder}/${options.file}`,
  };
  const words = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  return ["restore", "--identity", identity, ...words, ...(options.owner ? [] : ["--no-owner"])];
}
