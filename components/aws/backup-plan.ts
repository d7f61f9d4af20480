import * as backup from "@pulumi/aws/backup";
import * as pulumi from "@pulumi/pulumi";
import type { AssetDeclaration, Plan, PlannedAsset } from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import { awsCron } from "./aws-cron.js";
import { nameWhereNeeded } from "./aws-names.js";
import type { BackedUpResources, BackupPlanArgs } from "./backup-plan-args.js";
import { plannedResourceTestIssues, provePlan, watchPlan } from "./backup-plan-proofs.js";
import { backedUpIssues, completionWindowMinutes, planRuleIssues } from "./backup-plan-rules.js";
import { coldDays, planTiers, type PlanTier, startWindowOf } from "./backup-plan-tiers.js";
import { libraryTags, planOne } from "./plan-one.js";
import { snapshotTests } from "./restore-tests-rules.js";
import { partitionOf, serviceRole, type ServiceRole } from "./service-role.js";
import { daysOf } from "./snapshot-policy-rules.js";
import { isVault } from "./vault-target.js";

/**
 * Backups by AWS Backup of what is selected by ARN or tag: a rule for each retention class and one for continuous
 * backup, each with a retention of its own for originals and copies, windows that do not overlap, and a role for
 * backups only. Recovery points outlive the plan.
 *
 * @example
 * new BackupPlan("files", { environment: "production", vault, copies: [{ vault: offsite }], allTags: { backup: "yes" } });
 */
export class BackupPlan extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:aws:BackupPlan";

  /** Id of the plan; empty where the environment makes no backup. */
  readonly planId: pulumi.Output<string>;
  /** ARN of the plan; empty where the environment makes no backup. */
  readonly arn: pulumi.Output<string>;
  /** What was decided for this asset. */
  readonly plan: Plan;

  constructor(name: string, args: BackupPlanArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: BackupPlanArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: BackupPlanArgs, opts?: pulumi.ComponentResourceOptions, given?: PlannedAsset) {
    super(BackupPlan.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    const alone = given === undefined ? planOne(args.asset ?? name, backedUpDeclaration(args), environment) : undefined;
    const planned = given ?? alone?.planned;
    const found = [
      ...issues,
      ...backedUpIssues(args, ["environment", "asset"]),
      ...(alone?.issues ?? []),
      ...(planned === undefined ? [] : planRuleIssues(args, planned)),
      ...(planned === undefined ? [] : plannedResourceTestIssues(args, planned, environment)),
    ];
    throwOnErrors("aws.BackupPlan", name, found, this);
    if (planned === undefined) throw new Error(`the plan of "${name}" has neither the asset nor an error`);

    this.plan = { environment: environment.name, assets: [planned], unprotected: [], issues: found };
    this.planId = pulumi.output("");
    this.arn = pulumi.output("");
    if (planned.frequency !== "none") {
      const options = {
        parent: this,
        protect: opts?.protect ?? (environment.base === "development" ? undefined : true),
      };
      const tags = libraryTags(environment, args.tags);
      const made = backupPlan(name, args, planned, tags, options);
      select(name, args, made, tags, options);
      this.planId = made.id;
      this.arn = made.arn;
      provePlan(name, args, environment, planned, { parent: this, protect: opts?.protect });
      watchPlan(name, args, this.plan, made.id, tags, options);
    }
    this.registerOutputs({ planId: this.planId, arn: this.arn, plan: this.plan });
  }
}

const planNameMax = 50;

function backupPlan(
  name: string,
  args: BackedUpResources,
  planned: PlannedAsset,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): backup.Plan {
  const tiers = planTiers(planned);
  const startWindow = args.startWindowMinutes ?? startWindowOf(tiers);
  return new backup.Plan(
    name,
    {
      name: nameWhereNeeded(name, planNameMax),
      region: vaultRegion(args),
      rules: tiers.map((tier) => ({
        ...rule(tier, args),
        scheduleExpressionTimezone: planned.schedule.timeZone,
        startWindow,
        completionWindow: args.completionWindowMinutes ?? completionWindowMinutes,
      })),
      advancedBackupSettings:
        args.windowsVss === true ? [{ resourceType: "EC2", backupOptions: { WindowsVSS: "enabled" } }] : undefined,
      tags,
    },
    options,
  );
}

function rule(tier: PlanTier, args: BackedUpResources) {
  const cron = awsCron(tier.cron);
  return {
    ruleName: tier.name,
    targetVaultName: args.vault.vaultName,
    schedule: "expression" in cron ? cron.expression : "",
    enableContinuousBackup: tier.name === "continuous" ? true : undefined,
    lifecycle: lifecycle(tier, args),
    copyActions: (args.copies ?? []).map(({ vault, retention }) => ({
      destinationVaultArn: vault.arn,
      // Left out, a copy may be kept for ever. A copy of a continuous recovery point is a snapshot.
      lifecycle: lifecycle(retention === undefined ? tier : { ...tier, days: daysOf(retention) ?? tier.days }, args),
    })),
    recoveryPointTags: args.recoveryPointTags ?? {
      "managed-by": "pulumi-backup-tiers",
      "backup-tiers-class": tier.name,
    },
  };
}

function lifecycle(tier: PlanTier, args: BackedUpResources) {
  const after = args.coldStorageAfter === undefined ? undefined : daysOf(args.coldStorageAfter);
  const cold = after === undefined ? undefined : coldDays(args, tier, after);
  return {
    deleteAfter: Number(tier.days),
    coldStorageAfter: cold,
    optInToArchiveForSupportedResources: cold !== undefined && (args.kind ?? "volume") === "volume" ? true : undefined,
  };
}

/** Every change of a selection replaces it; it needs the role's policies in force. */
function select(
  name: string,
  args: BackedUpResources,
  plan: backup.Plan,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): void {
  const role = args.roleArn === undefined ? backupRole(name, args, tags, options) : { arn: args.roleArn, ready: [] };
  const { resources = [], notResources = [], anyTags = {}, allTags = {} } = args;
  const conditions = Object.entries(allTags).map(([key, value]) => ({ key: `aws:ResourceTag/${key}`, value }));
  // Conditions alone are refused: they narrow what is named.
  const named = resources.length === 0 && conditions.length > 0 ? ["*"] : [...resources];
  new backup.Selection(
    `${name}-selection`,
    {
      name: nameWhereNeeded(`${name}-selection`, planNameMax),
      region: vaultRegion(args),
      planId: plan.id,
      iamRoleArn: role.arn,
      resources: named.length === 0 ? undefined : named,
      notResources: notResources.length === 0 ? undefined : [...notResources],
      selectionTags:
        Object.keys(anyTags).length === 0
          ? undefined
          : Object.entries(anyTags).map(([key, value]) => ({ type: "STRINGEQUALS", key, value })),
      conditions: conditions.length === 0 ? undefined : [{ stringEquals: conditions }],
    },
    { ...options, dependsOn: [...role.ready] },
  );
}

function backupRole(
  name: string,
  args: BackedUpResources,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): ServiceRole {
  return serviceRole(
    name,
    {
      trust: "backup.amazonaws.com",
      managed: {
        backup: "service-role/AWSBackupServiceRolePolicyForBackup",
        ...(args.kind === "object-store" ? { s3: "AWSBackupServiceRolePolicyForS3Backup" } : {}),
      },
      tags,
    },
    partitionOf(vaultRegion(args)),
    options,
  );
}

/** The plan lies where its vault does. */
function vaultRegion({ vault }: BackedUpResources): string | undefined {
  const { region } = vault.declaration.location;
  return region === "default" ? undefined : region;
}

/** What the plan needs to know of AWS Backup: the vaults are the copies. */
export function backedUpDeclaration(args: Partial<BackedUpResources>): AssetDeclaration {
  const vaults: unknown[] = [args.vault, ...(args.copies ?? []).map(({ vault }) => vault)];
  return {
    kind: args.kind ?? "volume",
    mechanisms: ["aws-backup"],
    // Recovery points have no manifest that could be signed.
    protection: { signed: false, ...args.protection },
    stores: [],
    serviceCopies: Object.fromEntries(vaults.filter(isVault).map((vault) => [vault.name, vault.declaration])),
    providesPitr: args.continuous ?? true,
    providesRestoreTests:
      args.restoreTesting === undefined
        ? []
        : [...snapshotTests, ...((args.continuous ?? true) ? (["pitr"] as const) : [])],
  };
}
