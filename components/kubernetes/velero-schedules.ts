import { createHash } from "node:crypto";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { AssetDeclaration, Environment, Plan, PlannedAsset } from "../model/index.js";
import { resolveEnvironment, resolveStores } from "../shared/arguments.js";
import { goDuration } from "../shared/go-duration.js";
import { kubernetesName } from "../shared/names.js";
import { planOne } from "../shared/plan-one.js";
import { throwOnErrors } from "../shared/problems.js";
import { type BackupStore, storesOf } from "../shared/store.js";
import { purposeLabels } from "./backup-cron-job.js";
import { storageLocation } from "./velero-location.js";
import { repositoryPasswordSecret } from "./velero-repository-password.js";
import type { VeleroBackedUp, VeleroSchedulesArgs } from "./velero-schedules-args.js";
import {
  scheduleNameLength,
  usesRepository,
  veleroIssues,
  veleroScheduleIssues,
  veleroStoreIssues,
} from "./velero-schedules-rules.js";
import { schedulesOf } from "./velero-tiers.js";

/**
 * Backups by a Velero that is installed: a BackupStorageLocation for each store and a Schedule for each retention class
 * and store, in UTC, with the class's ttl. Velero needs the right to delete in the bucket; it keeps what it wrote when
 * the schedules go. Start one at once with `velero backup create --from-schedule <name>`.
 *
 * @example
 * new VeleroSchedules("shop", { environment: "production", namespaces: ["shop"], stores: [primary, offsite] });
 */
export class VeleroSchedules extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:VeleroSchedules";

  /** Names of the Schedules, which metrics and `--from-schedule` go by; empty where the environment makes no backup. */
  readonly scheduleNames: pulumi.Output<string[]>;
  /** What was decided for this asset. */
  readonly plan: Plan;

  constructor(name: string, args: VeleroSchedulesArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: VeleroSchedulesArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: VeleroSchedulesArgs, opts?: pulumi.ComponentResourceOptions, given?: PlannedAsset) {
    super(VeleroSchedules.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    const { stores, issues: storeIssues } = resolveStores(args.stores);
    const alone =
      given === undefined ? planOne(args.asset ?? name, veleroDeclaration(args), environment, stores) : undefined;
    const planned = given ?? alone?.planned;
    const chosen = planned === undefined ? {} : storesOf(planned, stores);
    const found = [
      ...issues,
      ...veleroIssues(args, ["environment", "stores", "asset"]),
      ...storeIssues,
      ...(alone?.issues ?? []),
      ...(planned === undefined ? [] : [...veleroScheduleIssues(planned), ...veleroStoreIssues(args, planned, chosen)]),
    ];
    throwOnErrors("kubernetes.VeleroSchedules", name, found, this);
    if (planned === undefined) throw new Error(`the plan of "${name}" has neither the asset nor an error`);

    this.plan = { environment: environment.name, assets: [planned], unprotected: [], issues: found };
    this.scheduleNames = pulumi.output([]);
    if (planned.frequency !== "none") {
      const keeps = planned.onDestroy === "keep" ? true : undefined;
      const made: Provisioned = {
        name,
        args,
        planned,
        environment,
        prefix: args.scheduleName ?? kubernetesName(name, scheduleNameLength),
        options: { parent: this, protect: opts?.protect ?? keeps },
      };
      this.scheduleNames = pulumi.output(schedules(made, chosen, prerequisites(made)));
    }
    this.registerOutputs({ scheduleNames: this.scheduleNames, plan: this.plan });
  }
}

interface Provisioned {
  readonly name: string;
  readonly args: VeleroBackedUp;
  readonly planned: PlannedAsset;
  readonly environment: Environment;
  /** First part of every name in Velero's namespace. */
  readonly prefix: string;
  readonly options: pulumi.CustomResourceOptions;
}

interface Prerequisites {
  readonly policies: core.ConfigMap | undefined;
  readonly snapshotLocations: readonly CustomResource[];
  readonly password: readonly pulumi.Resource[];
}

function prerequisites(made: Provisioned): Prerequisites {
  const { name, args, options } = made;
  const { namespace, labels } = metadata(made, "");
  return {
    password: repositoryPasswordSecret(name, args.repositoryPassword, { namespace, labels }, options),
    policies: volumePolicies(made),
    snapshotLocations: Object.entries(args.snapshotLocations ?? {}).map(
      ([key, { provider, config, credential }]) =>
        new CustomResource(
          `${name}-${key}-snapshots`,
          {
            apiVersion: "velero.io/v1",
            kind: "VolumeSnapshotLocation",
            metadata: metadata(made, kubernetesName(`${made.prefix}-${key}`)),
            spec: {
              provider,
              config,
              credential: credential && { name: credential.name, key: credential.key ?? "cloud" },
            },
          },
          options,
        ),
    ),
  };
}

/** The name holds the content's hash: a change makes a new one and leaves the old one to the backup that runs. */
function volumePolicies(made: Provisioned): core.ConfigMap | undefined {
  const policies = made.args.volumePolicies ?? [];
  if (policies.length === 0) return undefined;
  const volumes = policies.map(({ conditions, action }) => ({ conditions, action: { type: action } }));
  // JSON is YAML.
  const text = JSON.stringify({ version: "v1", volumePolicies: volumes }, undefined, 2);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
  return new core.ConfigMap(
    `${made.name}-policies`,
    { metadata: metadata(made, `${made.prefix}-${hash}`), data: { "policies.yaml": text } },
    // The hash is new with every content, so the old one may go last.
    { ...made.options, deleteBeforeReplace: false, protect: undefined },
  );
}

function schedules(
  made: Provisioned,
  stores: Readonly<Record<string, BackupStore>>,
  before: Prerequisites,
): pulumi.Output<string>[] {
  const { name, args, planned, environment, prefix, options } = made;
  return Object.entries(stores).flatMap(([key, store]) => {
    const location = new CustomResource(
      `${name}-${key}`,
      {
        apiVersion: "velero.io/v1",
        kind: "BackupStorageLocation",
        metadata: {
          ...metadata(made, kubernetesName(`${prefix}-${key}`)),
          annotations: args.waitForStores === false ? undefined : waitForPhase("Available"),
        },
        spec: storageLocation(store, args.locations?.[key], `velero/${environment.name}/${planned.name}`),
      },
      { ...options, dependsOn: [...before.password] },
    );
    return schedulesOf(planned).map((tier) => {
      const labels = { ...purposeLabels("backup", planned.name, args.labels), "backup-tiers/class": tier.name };
      const schedule = new CustomResource(
        `${name}-${tier.name}-${key}`,
        {
          apiVersion: "velero.io/v1",
          kind: "Schedule",
          metadata: {
            ...metadata(made, kubernetesName(`${prefix}-${tier.name}-${key}`, scheduleNameLength)),
            labels,
            // Velero refuses a time zone or template later than the API server would, and looks at no paused schedule.
            annotations: args.waitForStores === false || tier.paused ? undefined : waitForPhase("Enabled"),
          },
          spec: {
            schedule: `CRON_TZ=${planned.schedule.timeZone} ${tier.cron}`,
            paused: tier.paused,
            // Left out, Velero fills it in; true, Velero turns it to false: both would differ at every refresh.
            skipImmediately: false,
            // Owned backups would be deleted with their schedule.
            useOwnerReferencesInBackup: false,
            template: {
              metadata: { labels },
              storageLocation: location.metadata.name,
              ttl: goDuration((tier.days as number) * 86_400),
              ...template(args, before),
            },
          },
        },
        options,
      );
      return schedule.metadata.name;
    });
  });
}

/** Lets the engine wait until Velero has said this of an object. */
function waitForPhase(phase: string): Record<string, string> {
  return { "pulumi.com/waitFor": `jsonpath={.status.phase}=${phase}` };
}

/** What every schedule backs up. Empty lists and maps are left out: the API server would drop them. */
function template(args: VeleroBackedUp, before: Prerequisites): Record<string, unknown> {
  const { volumes = "none", namespaces, excludedNamespaces, matchLabels = {} } = args;
  const excluded = [...(args.excludedResources ?? []), ...(args.secrets === "included" ? [] : ["secrets"])];
  const minutes = args.csiSnapshotTimeoutMinutes;
  const hours = args.itemOperationTimeoutHours;
  return {
    includedNamespaces: listOf(namespaces),
    excludedNamespaces: listOf(excludedNamespaces),
    excludedResources: listOf(excluded),
    includeClusterResources: args.includeClusterResources,
    labelSelector: Object.keys(matchLabels).length === 0 ? undefined : { matchLabels },
    snapshotVolumes: volumes === "snapshots" || volumes === "moved-snapshots",
    snapshotMoveData: volumes === "moved-snapshots",
    defaultVolumesToFsBackup: volumes === "files",
    volumeSnapshotLocations: listOf(before.snapshotLocations.map(({ metadata: { name } }) => name)),
    resourcePolicy: before.policies && { kind: "configmap", name: before.policies.metadata.name },
    uploaderConfig:
      args.parallelFilesUpload === undefined ? undefined : { parallelFilesUpload: args.parallelFilesUpload },
    csiSnapshotTimeout: minutes === undefined ? undefined : goDuration(minutes * 60),
    itemOperationTimeout: hours === undefined ? undefined : goDuration(hours * 3_600),
  };
}

function listOf<T>(list: readonly T[] | undefined): T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : [...list];
}

function metadata({ args, planned }: Provisioned, name: string) {
  return {
    name,
    namespace: args.veleroNamespace ?? "velero",
    labels: purposeLabels("backup", planned.name, args.labels),
  };
}

const mechanisms = {
  none: [],
  snapshots: ["volume-snapshots"],
  "moved-snapshots": ["velero-data-mover"],
  files: ["velero-file-system-backup"],
} as const;

/** What the plan needs to know. Velero signs nothing. */
export function veleroDeclaration(args: Partial<VeleroBackedUp>): AssetDeclaration {
  const { volumes = "none" } = args;
  const further: readonly string[] = Object.hasOwn(mechanisms, volumes) ? mechanisms[volumes] : [];
  return {
    kind: args.kind ?? (usesRepository(args) ? "volume" : "kubernetes-objects"),
    mechanisms: ["velero", ...further],
    protection: { signed: false, ...args.protection },
    location: { provider: "kubernetes", region: "cluster" },
    target: `velero://cluster/${[...(args.namespaces ?? ["*"])].sort().join(",")}`,
  };
}
