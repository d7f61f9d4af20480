import * as dlm from "@pulumi/aws/dlm";
import * as pulumi from "@pulumi/pulumi";
import type { AssetDeclaration, Issue, Plan, PlannedAsset, StoreDeclaration } from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import { alarm, watchedSnapshots } from "./age-alarms.js";
import { awsCron } from "./aws-cron.js";
import { libraryTags, planOne, regionOf } from "./plan-one.js";
import { problem } from "./problem.js";
import { partitionOf, serviceRole, type ServiceRole } from "./service-role.js";
import type { SnapshotPolicyArgs, SnapshotTargets } from "./snapshot-policy-args.js";
import { daysOf, isArchived, snapshotScheduleIssues, snapshotTargetIssues } from "./snapshot-policy-rules.js";
import { type Tier, tiersOf } from "./tiers.js";

/**
 * Snapshots of EBS volumes or instances by Data Lifecycle Manager: a schedule for each retention class of the
 * environment's `volume` protection, copies in other regions with their own key and retention, and a role that can
 * do nothing else. Snapshots outlive the policy, but nothing expires them once it is gone.
 *
 * @example
 * new SnapshotPolicy("volumes", {
 *   environment: "production",
 *   region: "eu-west-1",
 *   targetTags: { backup: "yes" },
 *   copies: [{ region: "eu-central-1" }],
 * });
 */
export class SnapshotPolicy extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:aws:SnapshotPolicy";

  /** Id of the policy, which alarms count by; empty where the environment makes no backup. */
  readonly policyId: pulumi.Output<string>;
  /** ARN of the policy; empty where the environment makes no backup. */
  readonly arn: pulumi.Output<string>;
  /** What was decided for this asset. */
  readonly plan: Plan;

  constructor(name: string, args: SnapshotPolicyArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: SnapshotPolicyArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: SnapshotPolicyArgs, opts?: pulumi.ComponentResourceOptions, given?: PlannedAsset) {
    super(SnapshotPolicy.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    const targets = snapshotTargetIssues(args, ["environment", "asset"]);
    const alone = given === undefined ? planOne(args.asset ?? name, snapshotDeclaration(args), environment) : undefined;
    const planned = given ?? alone?.planned;
    const found = [
      ...issues,
      ...targets,
      ...(alone?.issues ?? []),
      ...(planned === undefined ? [] : snapshotScheduleIssues(args, planned)),
      ...(planned === undefined || planned.frequency === "none" ? [] : claimTags(name, args)),
    ];
    throwOnErrors("aws.SnapshotPolicy", name, found, this);
    if (planned === undefined) throw new Error(`the plan of "${name}" has neither the asset nor an error`);

    this.plan = { environment: environment.name, assets: [planned], unprotected: [], issues: found };
    this.policyId = pulumi.output("");
    this.arn = pulumi.output("");
    if (planned.frequency !== "none") {
      const options = {
        parent: this,
        protect: opts?.protect ?? (environment.base === "development" ? undefined : true),
      };
      const tags = libraryTags(environment, args.tags);
      const policy = lifecyclePolicy(name, args, planned, tags, options);
      this.policyId = policy.id;
      this.arn = policy.arn;
      const { region, alarmTopicArn: topicArn } = args;
      const watched = watchedSnapshots(name, planned.name, { plan: this.plan, policyId: policy.id });
      if (topicArn !== undefined) alarm(name, watched, { region, topicArn, tags }, options);
    }
    this.registerOutputs({ policyId: this.policyId, arn: this.arn, plan: this.plan });
  }
}

function lifecyclePolicy(
  name: string,
  args: SnapshotTargets,
  planned: PlannedAsset,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): dlm.LifecyclePolicy {
  const { of = "volumes" } = args;
  const role: Pick<ServiceRole, "arn" | "ready"> =
    args.roleArn === undefined
      ? snapshotRole(name, args, tags, options)
      : { arn: pulumi.output(args.roleArn), ready: [] };
  return new dlm.LifecyclePolicy(
    name,
    {
      region: args.region,
      description: description(planned.name),
      executionRoleArn: role.arn,
      state: "ENABLED",
      policyDetails: {
        policyType: "EBS_SNAPSHOT_MANAGEMENT",
        resourceTypes: [of === "instances" ? "INSTANCE" : "VOLUME"],
        targetTags: args.targetTags,
        parameters: args.excludeBootVolume === true ? { excludeBootVolume: true } : undefined,
        schedules: tiersOf(planned).map((tier) => schedule(tier, args)),
      },
      tags,
    },
    { ...options, dependsOn: [...role.ready] },
  );
}

function schedule(tier: Tier, args: SnapshotTargets) {
  const days = Number(tier.days);
  const archived = isArchived(tier) ? daysOf(args.archiveAfter ?? "") : undefined;
  const zones = args.fastRestoreZones ?? [];
  const copies = args.copies ?? [];
  const cron = awsCron(tier.cron);
  return {
    name: tier.name,
    copyTags: args.copyTags ?? true,
    createRule: {
      cronExpression: "expression" in cron ? cron.expression : "",
      scripts: args.scripts && {
        executionHandler: args.scripts.handler,
        executionHandlerService: "AWS_SYSTEMS_MANAGER",
        executionTimeout: args.scripts.timeoutSeconds,
        maximumRetryCount: args.scripts.retries,
        stages: args.scripts.handler === "AWS_VSS_BACKUP" ? undefined : [...(args.scripts.stages ?? ["PRE", "POST"])],
        executeOperationOnScriptFailure: args.scripts.snapshotOnFailure ?? false,
      },
    },
    retainRule: { interval: archived ?? days, intervalUnit: "DAYS" },
    archiveRule:
      archived === undefined
        ? undefined
        : { archiveRetainRule: { retentionArchiveTier: { interval: days - archived, intervalUnit: "DAYS" } } },
    // The archive and fast restore exclude each other on one schedule.
    fastRestoreRule:
      zones.length === 0 || archived !== undefined
        ? undefined
        : { availabilityZones: [...zones], interval: days, intervalUnit: "DAYS" },
    crossRegionCopyRules:
      copies.length === 0
        ? undefined
        : copies.map(({ region, kmsKeyArn, retention }) => ({
            target: region,
            encrypted: true,
            cmkArn: kmsKeyArn,
            copyTags: args.copyTags ?? true,
            retainRule: {
              interval: retention === undefined ? days : (daysOf(retention) ?? days),
              intervalUnit: "DAYS",
            },
          })),
    tagsToAdd: { "managed-by": "pulumi-backup-tiers", "backup-tiers-class": tier.name },
  };
}

function snapshotRole(
  name: string,
  args: SnapshotTargets,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): ServiceRole {
  const copyKeys = (args.copies ?? []).flatMap(({ kmsKeyArn }) => (kmsKeyArn === undefined ? [] : [kmsKeyArn]));
  const keys = [...(args.volumeKeyArns ?? []), ...copyKeys];
  return serviceRole(
    name,
    {
      trust: "dlm.amazonaws.com",
      managed: {
        snapshots: "service-role/AWSDataLifecycleManagerServiceRole",
        ...(args.scripts === undefined ? {} : { scripts: "service-role/AWSDataLifecycleManagerSSMFullAccess" }),
      },
      statements: keys.length === 0 ? [] : keyStatements(keys),
      tags,
    },
    partitionOf(regionOf(args.region)),
    options,
  );
}

/** What copying between two keys needs: grants only for services of AWS. */
function keyStatements(keys: readonly pulumi.Input<string>[]): object[] {
  return [
    {
      Effect: "Allow",
      Action: "kms:CreateGrant",
      Resource: keys,
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
    {
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
      Resource: keys,
    },
  ];
}

/** Letters, digits, spaces, underscores and dashes, at most 500 (DLM). */
function description(asset: string): string {
  return `Backups of ${asset} by pulumi-backup-tiers`.replace(/[^0-9A-Za-z _-]/g, "-").slice(0, 500);
}

/** What the plan needs to know of snapshots by DLM: it keeps every copy itself. */
export function snapshotDeclaration(args: Partial<SnapshotTargets>): AssetDeclaration {
  const location = (region: string | undefined): StoreDeclaration => ({
    location: { provider: "aws", account: args.account, region: region ?? "default" },
  });
  return {
    kind: "volume",
    mechanisms: ["ebs-snapshots"],
    // Snapshots have no manifest that could be signed.
    protection: { signed: false, ...args.protection },
    stores: [],
    serviceCopies: {
      "ebs-snapshots": location(regionOf(args.region)),
      ...Object.fromEntries((args.copies ?? []).map(({ region }) => [`ebs-snapshots-${region}`, location(region)])),
    },
  };
}

const claimed = new WeakMap<object, Map<string, string>>();

/** DLM refuses two policies with one target tag on one type of resource, but only when it is applied. */
function claimTags(name: string, args: SnapshotTargets): Issue[] {
  const program = pulumi.runtime.getMonitor();
  if (program === undefined || typeof args.targetTags !== "object") return [];
  const tags = claimed.get(program) ?? new Map<string, string>();
  claimed.set(program, tags);
  return Object.entries(args.targetTags).flatMap(([key, value]) => {
    const place = [args.account ?? "default", regionOf(args.region) ?? "default", args.of ?? "volumes"].join("/");
    const claim = JSON.stringify([place, key, value]);
    const other = tags.get(claim);
    tags.set(claim, other ?? name);
    return other === undefined
      ? []
      : [
          problem(
            "snapshot-tag-once",
            `targetTags.${key}`,
            `belong to one policy of a region (DLM), and "${other}" has it`,
            value,
            "give each policy a tag of its own, or put the classes into one policy",
          ),
        ];
  });
}
