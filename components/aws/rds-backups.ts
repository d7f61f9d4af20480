import * as kms from "@pulumi/aws/kms";
import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import type {
  AssetDeclaration,
  DurationText,
  Environment,
  Plan,
  PlannedAsset,
  RetentionClass,
} from "../model/index.js";
import { limits, resolveFrequency } from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import { alarm, watchedDatabase } from "./age-alarms.js";
import { shortName } from "./aws-names.js";
import { BackupPlan, backedUpDeclaration } from "./backup-plan.js";
import { libraryTags, planOne } from "./plan-one.js";
import type { BackupReplication, RdsBackupsArgs } from "./rds-backups-args.js";
import {
  databaseRegion,
  longClasses,
  rdsIssues,
  rdsPlanIssues,
  type RdsTarget,
  testedDatabase,
} from "./rds-backups-rules.js";
import { provisionRestoreTests } from "./restore-tests.js";
import { snapshotTests } from "./restore-tests-rules.js";
import { exportSnapshots } from "./snapshot-export.js";

/**
 * The backups of a database of RDS beside its own: automated backups in another region, AWS Backup for what is kept
 * past the 35 days of RDS, exports to S3, and events. The database itself gets its settings from `rdsSettings(environment)` or
 * `protectStack(environment)`; it need not be part of this stack.
 *
 * @example
 * const ledger = new aws.rds.Instance("ledger", { engine: "postgres", ...rdsSettings("production") });
 * new RdsBackups("ledger", {
 *   environment: "production",
 *   instance: ledger,
 *   replication: { region: "eu-central-1" },
 *   longTerm: { vault, copies: [{ vault: otherAccount }] },
 * });
 */
export class RdsBackups extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:aws:RdsBackups";

  /** ARN of the replicated automated backups, which is their id; empty without them. */
  readonly replicatedBackupsArn: pulumi.Output<string>;
  /** What was decided for this asset. */
  readonly plan: Plan;

  constructor(name: string, args: RdsBackupsArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: RdsBackupsArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: RdsBackupsArgs, opts?: pulumi.ComponentResourceOptions, given?: PlannedAsset) {
    super(RdsBackups.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    const alone = given === undefined ? planOne(args.asset ?? name, rdsDeclaration(args), environment) : undefined;
    const planned = given ?? alone?.planned;
    const found = [
      ...issues,
      ...rdsIssues(args, ["environment", "asset"]),
      ...(alone?.issues ?? []),
      ...(planned === undefined ? [] : rdsPlanIssues(args, planned, jobCrons(args, planned))),
    ];
    throwOnErrors("aws.RdsBackups", name, found, this);
    if (planned === undefined) throw new Error(`the plan of "${name}" has neither the asset nor an error`);

    this.plan = { environment: environment.name, assets: [planned], unprotected: [], issues: found };
    this.replicatedBackupsArn = pulumi.output("");
    if (planned.frequency !== "none") {
      const options = {
        parent: this,
        protect: opts?.protect ?? (environment.base === "development" ? undefined : true),
      };
      const tags = libraryTags(environment, args.tags);
      if (args.replication !== undefined)
        this.replicatedBackupsArn = replicate(name, args, args.replication, planned, tags, options);
      const nested = { parent: this, protect: opts?.protect };
      keepLong(name, args, environment, planned, nested);
      rehearse(name, args, environment, planned, nested);
      subscribe(name, args, tags, options);
      const region = databaseRegion(args);
      if (args.exportTo !== undefined) exportSnapshots(name, { ...args, region }, args.exportTo, tags, options);
      const { instance, cluster, alarmTopicArn: topicArn } = args;
      const watched = watchedDatabase(name, planned.name, { plan: this.plan, instance, cluster });
      if (topicArn !== undefined) alarm(name, watched, { region, topicArn, tags }, options);
    }
    this.registerOutputs({ replicatedBackupsArn: this.replicatedBackupsArn, plan: this.plan });
  }
}

/** Every change of a replication starts a new history, and a region keeps to the key that it was begun with. */
function replicate(
  name: string,
  args: RdsTarget,
  replication: BackupReplication,
  planned: PlannedAsset,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { region } = replication;
  const key =
    replication.kmsKeyArn ??
    new kms.Key(
      `${name}-replica-key`,
      { region, description: `Automated backups of ${planned.name}`, enableKeyRotation: true, tags },
      options,
    ).arn;
  return new rds.InstanceAutomatedBackupsReplication(
    `${name}-replica`,
    {
      region,
      sourceDbInstanceArn: args.instance?.arn ?? "",
      kmsKeyId: key,
      retentionPeriod:
        replication.retentionDays ?? Math.min(planned.retention.pitrDays ?? 7, limits.rdsRetentionMax.value),
    },
    // RDS keeps one replication of an instance in a region. Right after the instance is made its first backup is pending.
    { ...options, deleteBeforeReplace: true, customTimeouts: { create: "2h" } },
  ).id;
}

/** The classes that RDS cannot keep, as a plan of AWS Backup; never continuous, which would take RDS's own settings over. */
function keepLong(
  name: string,
  args: RdsBackupsArgs,
  environment: Environment,
  planned: PlannedAsset,
  options: pulumi.ComponentResourceOptions,
): void {
  const classes = longClasses(planned);
  const [lowest] = classes;
  const { longTerm } = args;
  const arn = (args.instance ?? args.cluster)?.arn;
  if (longTerm === undefined || lowest === undefined || arn === undefined) return;
  new BackupPlan(
    `${name}-long-term`,
    {
      environment,
      asset: planned.name,
      kind: planned.kind,
      vault: longTerm.vault,
      copies: longTerm.copies,
      optInAcknowledged: longTerm.optInAcknowledged,
      resources: [arn],
      continuous: false,
      alarmTopicArn: args.alarmTopicArn,
      tags: args.tags,
      protection: {
        frequency: frequencies[lowest.name],
        retention: Object.fromEntries(classes.map(({ name: key, days }) => [key, `${days} days` as DurationText])),
        copies: 1,
        lock: "none",
        restoreTests: [],
        maxAge: undefined,
        targets: undefined,
      },
    },
    options,
  );
}

/** Restores of what AWS Backup keeps. */
function rehearse(
  name: string,
  args: RdsBackupsArgs,
  environment: Environment,
  planned: PlannedAsset,
  options: pulumi.ComponentResourceOptions,
): void {
  const { restoreTesting, longTerm, tags } = args;
  const [lowest] = longClasses(planned);
  if (restoreTesting === undefined || longTerm === undefined || lowest === undefined) return;
  const gapSeconds = resolveFrequency(frequencies[lowest.name], planned.name).longestGapSeconds;
  provisionRestoreTests(
    name,
    restoreTesting,
    testedDatabase(args, restoreTesting),
    { planned, snapshots: true, gapSeconds },
    { environment, vault: longTerm.vault, tags },
    options,
  );
}

/** How often the lowest class is made that RDS cannot keep. */
const frequencies: Readonly<Record<RetentionClass, DurationText>> = {
  hourly: "1 hour",
  daily: "1 day",
  weekly: "1 week",
  monthly: "1 month",
  yearly: "12 months",
};

/** Starts of the jobs of AWS Backup beside the database. */
export function jobCrons(args: RdsTarget, planned: PlannedAsset): string[] {
  const [lowest] = longClasses(planned);
  if (args.longTerm === undefined || lowest === undefined) return [];
  const { cron } = resolveFrequency(frequencies[lowest.name], planned.name).schedule;
  return cron === null ? [] : [cron];
}

function subscribe(
  name: string,
  args: RdsTarget,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): void {
  if (args.eventTopicArn === undefined) return;
  const { instance, cluster } = args;
  new rds.EventSubscription(
    `${name}-events`,
    {
      region: databaseRegion(args),
      namePrefix: shortName(`${name}-events-`, subscriptionPrefixMax).toLowerCase(),
      snsTopic: args.eventTopicArn,
      sourceType: instance === undefined ? "db-cluster" : "db-instance",
      sourceIds: [instance?.identifier ?? cluster?.clusterIdentifier ?? ""],
      eventCategories: instance === undefined ? undefined : [...instanceEvents],
      tags,
    },
    options,
  );
}

/** Among them that automated backups were switched off (RDS-EVENT-0028, configuration change). */
const instanceEvents = ["backup", "configuration change", "deletion", "failure", "notification", "recovery"];
/** A subscription has at most 255 characters, 26 of which the provider adds. */
const subscriptionPrefixMax = 229;

/** What the plan needs to know of a database of RDS: its service keeps every copy. */
export function rdsDeclaration(args: RdsTarget): AssetDeclaration {
  const location = (region: string | undefined) => ({
    location: { provider: "aws", account: args.account, region: region ?? "default" },
  });
  const vaults = args.longTerm === undefined ? undefined : backedUpDeclaration(args.longTerm);
  const { replication } = args;
  return {
    kind: args.kind ?? "postgres",
    mechanisms: [
      "rds-automated-backups",
      ...(replication === undefined ? [] : ["rds-backup-replication"]),
      ...(vaults === undefined ? [] : ["aws-backup"]),
      ...(args.exportTo === undefined ? [] : ["rds-snapshot-export"]),
    ],
    // Neither RDS nor AWS Backup has a manifest that could be signed.
    protection: { signed: false, ...args.protection },
    stores: [],
    serviceCopies: {
      "rds-automated-backups": location(databaseRegion(args)),
      ...(replication === undefined ? {} : { [`rds-backups-${replication.region}`]: location(replication.region) }),
      ...vaults?.serviceCopies,
    },
    providesPitr: true,
    providesRestoreTests: args.restoreTesting === undefined || args.longTerm === undefined ? [] : snapshotTests,
  };
}
