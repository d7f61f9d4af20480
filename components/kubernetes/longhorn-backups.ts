import { CustomResource, CustomResourcePatch } from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import type { AssetDeclaration, Plan, PlannedAsset } from "../model/index.js";
import { resolveEnvironment, resolveStores } from "../shared/arguments.js";
import { goDuration } from "../shared/go-duration.js";
import { kubernetesName } from "../shared/names.js";
import { planOne } from "../shared/plan-one.js";
import { throwOnErrors } from "../shared/problems.js";
import { type BackupStore, storesOf } from "../shared/store.js";
import { purposeLabels } from "./backup-cron-job.js";
import { inThisCluster } from "./data-access.js";
import { longhornAlerts } from "./longhorn-alerts.js";
import type { LonghornBackupsArgs, LonghornVolumes } from "./longhorn-args.js";
import { longhornIssues, longhornNameLength, longhornPlanIssues, longhornStoreIssues } from "./longhorn-rules.js";
import { longhornTiers } from "./longhorn-tiers.js";

const apiVersion = "longhorn.io/v1beta2";

/** Parameters of a StorageClass whose volumes are backed up by this component; a class that is there cannot be changed. */
export interface LonghornClassParameters {
  /** Groups of the volumes, as JSON. */
  readonly recurringJobSelector: string;
  /** Where their backups go. */
  readonly backupTargetName: string;
}

/**
 * Backups of Longhorn volumes: the backup target and a RecurringJob for each retention class, for groups of volumes. A
 * volume has one target, so that it counts as one copy. Longhorn keeps numbers of backups, and no length of time: each
 * class keeps at least as many as its days hold. Volumes that are attached to no pod are left out unless Longhorn's
 * setting `allow-recurring-job-while-volume-detached` is on.
 *
 * @example
 * new LonghornBackups("volumes", { environment: "staging", stores: [primary], credentialSecret: "longhorn-s3" });
 */
export class LonghornBackups extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:kubernetes:LonghornBackups";

  /** To spread into the parameters of a new StorageClass. */
  readonly storageClassParameters: LonghornClassParameters;
  /** To spread into the labels of a claim that is there, whose class names no jobs. */
  readonly claimLabels: Readonly<Record<string, string>>;
  /** What was decided for these volumes. */
  readonly plan: Plan;

  constructor(name: string, args: LonghornBackupsArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: LonghornBackupsArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: LonghornBackupsArgs, opts?: pulumi.ComponentResourceOptions, given?: PlannedAsset) {
    super(LonghornBackups.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    const { stores, issues: storeIssues } = resolveStores(args.stores);
    const alone =
      given === undefined ? planOne(args.asset ?? name, longhornDeclaration(args), environment, stores) : undefined;
    const planned = given ?? alone?.planned;
    const chosen = planned === undefined ? {} : storesOf(planned, stores);
    const found = [
      ...issues,
      ...longhornIssues(args, ["environment", "stores", "asset"]),
      ...storeIssues,
      ...(alone?.issues ?? []),
      ...(planned === undefined ? [] : [...longhornPlanIssues(args, planned), ...longhornStoreIssues(args, chosen)]),
    ];
    throwOnErrors("kubernetes.LonghornBackups", name, found, this);
    if (planned === undefined) throw new Error(`the plan of "${name}" has neither the asset nor an error`);

    const groups = args.groups ?? ["default"];
    this.plan = { environment: environment.name, assets: [planned], unprotected: [], issues: found };
    this.storageClassParameters = {
      recurringJobSelector: JSON.stringify(groups.map((group) => ({ name: group, isGroup: true }))),
      backupTargetName: args.targetName ?? "default",
    };
    this.claimLabels = Object.fromEntries([
      ["recurring-job.longhorn.io/source", "enabled"],
      ...groups.map((group) => [`recurring-job-group.longhorn.io/${group}`, "enabled"]),
    ]) as Record<string, string>;
    const [store] = Object.values(chosen);
    if (planned.frequency !== "none" && store !== undefined) {
      const keeps = planned.onDestroy === "keep" ? true : undefined;
      const options = { parent: this, protect: opts?.protect ?? keeps };
      const folder = `longhorn/${environment.name}/${planned.name}`;
      const target = backupTarget(name, args, planned, store, folder, options);
      recurringJobs(name, args, planned, { ...options, dependsOn: [target] });
      if (args.alertLabels !== undefined) prometheusRule(name, args, planned, options);
    }
    this.registerOutputs({
      storageClassParameters: this.storageClassParameters,
      claimLabels: this.claimLabels,
      plan: this.plan,
    });
  }
}

/**
 * Longhorn makes the target `default` itself: it is patched, and its fields are taken over from Longhorn. A destroy leaves
 * it without an address.
 */
function backupTarget(
  name: string,
  args: LonghornVolumes,
  planned: PlannedAsset,
  { access }: BackupStore,
  folder: string,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource {
  if (access.kind !== "s3") throw new Error("a store that is no bucket of S3 came past the rules");
  const prefix = [access.prefix ?? "", folder].map((part) => part.replace(/^\/+|\/+$/g, "")).filter(Boolean);
  const targetName = args.targetName ?? "default";
  const resource = {
    apiVersion,
    kind: "BackupTarget",
    metadata: {
      name: targetName,
      namespace: namespaceOf(args),
      ...(targetName === "default"
        ? { annotations: { "pulumi.com/patchForce": "true" } }
        : { labels: purposeLabels("backup", planned.name, args.labels) }),
    },
    spec: {
      backupTargetURL: pulumi.interpolate`s3://${access.bucket}@${access.region}/${prefix.join("/")}/`,
      credentialSecret: args.credentialSecret ?? "",
      pollInterval: goDuration(args.pollSeconds ?? 300),
    },
  };
  return targetName === "default"
    ? new CustomResourcePatch(`${name}-target`, resource, options)
    : new CustomResource(`${name}-target`, resource, options);
}

function recurringJobs(
  name: string,
  args: LonghornVolumes,
  planned: PlannedAsset,
  options: pulumi.CustomResourceOptions,
): void {
  for (const tier of longhornTiers(planned)) {
    const jobName = kubernetesName(`${args.jobName ?? name}-${tier.name}`, longhornNameLength);
    const labels = purposeLabels("backup", planned.name, args.labels);
    new CustomResource(
      `${name}-${tier.name}`,
      {
        apiVersion,
        kind: "RecurringJob",
        metadata: { name: jobName, namespace: namespaceOf(args), labels },
        spec: {
          // Longhorn fills in what is left out, which would differ at every refresh.
          name: jobName,
          cron: tier.cron,
          task: args.backUpUnchanged === false ? "backup" : "backup-force-create",
          groups: [...(args.groups ?? ["default"])],
          retain: tier.retain,
          concurrency: args.concurrency ?? 2,
          labels: { "backup-tiers/asset": planned.name, "backup-tiers/class": tier.name },
          parameters: { "full-backup-interval": String(args.fullBackupInterval ?? 20) },
        },
      },
      options,
    );
  }
}

function prometheusRule(
  name: string,
  args: LonghornVolumes,
  planned: PlannedAsset,
  options: pulumi.CustomResourceOptions,
): void {
  const ruleName = kubernetesName(`${args.jobName ?? name}-backups`);
  new CustomResource(
    `${name}-alerts`,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: {
        name: ruleName,
        namespace: namespaceOf(args),
        labels: { ...purposeLabels("backup", planned.name, args.labels), ...args.alertLabels },
      },
      spec: { groups: [{ name: ruleName, rules: longhornAlerts(planned.maxAgeSeconds) }] },
    },
    { ...options, protect: undefined },
  );
}

function namespaceOf({ longhornNamespace = "longhorn-system" }: LonghornVolumes): string {
  return longhornNamespace;
}

/** What the plan needs to know. Longhorn signs nothing. */
export function longhornDeclaration(args: Partial<LonghornVolumes>): AssetDeclaration {
  return {
    kind: "volume",
    mechanisms: ["longhorn"],
    protection: { signed: false, ...args.protection },
    location: inThisCluster,
    target: `longhorn://${[...(args.groups ?? ["default"])].sort().join(",")}`,
  };
}
