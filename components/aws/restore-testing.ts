import * as backup from "@pulumi/aws/backup";
import * as pulumi from "@pulumi/pulumi";
import { type Issue, resolveFrequency } from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import { awsCron } from "./aws-cron.js";
import { underscoreName } from "./aws-names.js";
import { libraryTags } from "./plan-one.js";
import type { RestoreTestingArgs, RestoreTestSelection } from "./restore-testing-args.js";
import { restoreTestingIssues } from "./restore-testing-rules.js";
import { restoreValidator } from "./restore-validator.js";
import { partitionOf, serviceRole, type ServiceRole } from "./service-role.js";

/**
 * Restores that AWS Backup makes from its own recovery points, at a cadence, and deletes again. With a `validation` your
 * own function looks into what was restored, and a restore whose check fails is reported as FAILED.
 *
 * @example
 * new RestoreTesting("restores", {
 *   environment: "production",
 *   vaults: [vault],
 *   selections: { databases: { type: "RDS", restoreMetadata: { dbSubnetGroupName: "private" } } },
 *   validation: { checkFunctionArn: countRows.arn, topicArn: alarms.topicArn },
 * });
 */
export class RestoreTesting extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:aws:RestoreTesting";

  /** Name of the plan. */
  readonly planName: string;
  /** ARN of the plan. */
  readonly arn: pulumi.Output<string>;
  /** What is not proven, and why. */
  readonly issues: readonly Issue[];

  constructor(name: string, args: RestoreTestingArgs, opts?: pulumi.ComponentResourceOptions) {
    super(RestoreTesting.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    this.issues = [...issues, ...restoreTestingIssues(args)];
    throwOnErrors("aws.RestoreTesting", name, this.issues, this);
    const options = {
      parent: this,
      protect: opts?.protect ?? (environment.base === "development" ? undefined : true),
    };
    const tags = libraryTags(environment, args.tags);
    const region = regionOfVaults(args);

    // The service takes no dash, which the provider's own names have, and the stack keeps two stacks of an account apart.
    this.planName = underscoreName(`${name}_${pulumi.getStack()}`, nameMax);
    const plan = testingPlan(name, this.planName, args, tags, options);
    this.arn = plan.arn;
    const role =
      args.roleArn === undefined
        ? restoreRole(name, args, tags, options)
        : { arn: pulumi.output(args.roleArn), ready: [] };
    for (const [key, selection] of Object.entries(args.selections))
      select(`${name}-${key}`, key, selection, args, plan, role, options);
    if (args.validation !== undefined) restoreValidator(name, args.validation, plan.arn, region, tags, options);
    this.registerOutputs({ planName: this.planName, arn: this.arn, issues: this.issues });
  }
}

const nameMax = 50;

const recoveryPointTypes = {
  any: ["SNAPSHOT", "CONTINUOUS"],
  snapshots: ["SNAPSHOT"],
  continuous: ["CONTINUOUS"],
};

function testingPlan(
  name: string,
  planName: string,
  args: RestoreTestingArgs,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): backup.RestoreTestingPlan {
  const { every = "1 week", pick = "latest", startWindowHours = 24, fromLastDays = 30 } = args;
  const { cron, timeZone } = resolveFrequency(every, name).schedule;
  const converted = awsCron(cron ?? "");
  return new backup.RestoreTestingPlan(
    name,
    {
      name: planName,
      region: regionOfVaults(args),
      scheduleExpression: "expression" in converted ? converted.expression : "",
      scheduleExpressionTimezone: timeZone,
      startWindowHours,
      recoveryPointSelection: {
        algorithm: pick === "latest" ? "LATEST_WITHIN_WINDOW" : "RANDOM_WITHIN_WINDOW",
        includeVaults: args.vaults.map(({ arn }) => arn),
        recoveryPointTypes: recoveryPointTypes[args.recoveryPoints ?? "any"],
        selectionWindowDays: fromLastDays,
      },
      tags,
    },
    options,
  );
}

function select(
  name: string,
  key: string,
  selection: RestoreTestSelection,
  args: RestoreTestingArgs,
  plan: backup.RestoreTestingPlan,
  role: Pick<ServiceRole, "arn" | "ready">,
  options: pulumi.CustomResourceOptions,
): void {
  const { type, resources = [], allTags = {}, restoreMetadata, validationWindowHours } = selection;
  const conditions = Object.entries(allTags).map(([tag, value]) => ({ key: `aws:ResourceTag/${tag}`, value }));
  new backup.RestoreTestingSelection(
    name,
    {
      name: underscoreName(key, nameMax),
      region: regionOfVaults(args),
      restoreTestingPlanName: plan.name,
      protectedResourceType: type,
      iamRoleArn: role.arn,
      protectedResourceArns: resources.length === 0 ? ["*"] : [...resources],
      protectedResourceConditions: conditions.length === 0 ? undefined : { stringEquals: conditions },
      restoreMetadataOverrides: restoreMetadata,
      validationWindowHours: validationWindowHours ?? (args.validation === undefined ? 0 : 4),
    },
    { ...options, dependsOn: [...role.ready] },
  );
}

/** Restores have a role of their own: who can back up cannot restore. */
function restoreRole(
  name: string,
  args: RestoreTestingArgs,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): ServiceRole {
  const s3 = Object.values(args.selections).some(({ type }) => type === "S3");
  return serviceRole(
    name,
    {
      trust: "backup.amazonaws.com",
      managed: {
        restores: "service-role/AWSBackupServiceRolePolicyForRestores",
        ...(s3 ? { s3: "AWSBackupServiceRolePolicyForS3Restore" } : {}),
      },
      tags,
    },
    partitionOf(regionOfVaults(args)),
    options,
  );
}

/** Recovery points are restored where they lie. */
function regionOfVaults({ vaults }: RestoreTestingArgs): string | undefined {
  const region = vaults[0]?.declaration.location.region;
  return region === "default" ? undefined : region;
}
