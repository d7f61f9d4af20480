import * as backup from "@pulumi/aws/backup";
import * as pulumi from "@pulumi/pulumi";
import type { Environment, Issue } from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import { underscoreName } from "./aws-names.js";
import { auditedNumbers, longestAuditedSeconds } from "./audited-numbers.js";
import type { AuditedBackups, AuditReports, BackupAuditArgs } from "./backup-audit-args.js";
import { backupAuditIssues } from "./backup-audit-rules.js";
import { libraryTags } from "./plan-one.js";

type Tags = Readonly<Record<string, pulumi.Input<string>>>;

/**
 * What an auditor asks of backups, as AWS Backup Audit Manager answers it: a framework for each plan, with the frequency,
 * retention, age and lock that the plan states, and daily reports. It needs a recorder of AWS Config in the region, and
 * each evaluation is billed.
 *
 * @example
 * new BackupAudit("audit", {
 *   environment: "production",
 *   configRecorder: true,
 *   backups: { files: { plan: files.plan, resourceTypes: ["EFS"] } },
 *   reports: { bucket: "audit-reports" },
 * });
 */
export class BackupAudit extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:aws:BackupAudit";

  /** ARNs of the frameworks, by the names of what they audit. */
  readonly frameworkArns: Readonly<Record<string, pulumi.Output<string>>>;
  /** What the plan states and no control can audit. */
  readonly issues: readonly Issue[];

  constructor(name: string, args: BackupAuditArgs, opts?: pulumi.ComponentResourceOptions) {
    super(BackupAudit.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    this.issues = [...issues, ...backupAuditIssues(args)];
    throwOnErrors("aws.BackupAudit", name, this.issues, this);
    const options = {
      parent: this,
      protect: opts?.protect ?? (environment.base === "development" ? undefined : true),
    };
    const tags = libraryTags(environment, args.tags);

    this.frameworkArns = frameworks(name, args, environment, tags, options);
    if (args.reports !== undefined) reports(name, args, args.reports, Object.values(this.frameworkArns), tags, options);
    this.registerOutputs({ frameworkArns: this.frameworkArns, issues: this.issues });
  }
}

const nameMax = 256;

/** Names take no dash, and the stack keeps two stacks of an account apart. */
function auditName(name: string, key: string): string {
  return underscoreName(`${name}_${key}_${pulumi.getStack()}`, nameMax);
}

function frameworks(
  name: string,
  { backups, region }: BackupAuditArgs,
  environment: Environment,
  tags: Tags,
  options: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
  const made: Record<string, pulumi.Output<string>> = {};
  for (const [key, audited] of Object.entries(backups)) {
    if (auditedNumbers(audited).assets.every(({ frequency }) => frequency === "none")) continue;
    made[key] = new backup.Framework(
      `${name}-${key}`,
      {
        name: auditName(name, key),
        region,
        description: `Backups of ${key} in ${environment.name}`,
        controls: controls(audited),
        tags,
      },
      options,
    ).arn;
  }
  return made;
}

interface Control {
  readonly name: string;
  readonly inputParameters?: { readonly name: string; readonly value: string }[];
  readonly scope?: { readonly complianceResourceTypes: string[] };
}

/** The controls of a plan, in the numbers that it states. */
function controls(audited: AuditedBackups): Control[] {
  const scope = { complianceResourceTypes: [...audited.resourceTypes] };
  const { assets, retentionDays: days, gapSeconds: gap, ageSeconds: age } = auditedNumbers(audited);
  const locked = assets.some(({ lock }) => lock !== null);
  const retention = days === undefined ? [] : [{ name: "requiredRetentionDays", value: String(days) }];
  return [
    { name: "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN", scope },
    { name: "BACKUP_RECOVERY_POINT_ENCRYPTED" },
    { name: "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED" },
    ...(retention.length === 0
      ? []
      : [{ name: "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK", inputParameters: retention }]),
    ...(gap === undefined || gap > longestAuditedSeconds || retention.length === 0
      ? []
      : [
          {
            name: "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
            inputParameters: [...period("requiredFrequency", gap), ...retention],
          },
        ]),
    ...(age === undefined || age > longestAuditedSeconds
      ? []
      : [{ name: "BACKUP_LAST_RECOVERY_POINT_CREATED", inputParameters: period("recoveryPointAge", age), scope }]),
    ...(locked ? [{ name: "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK", scope }] : []),
  ];
}

/** Hours up to a day, else days. */
function period(name: string, seconds: number): { name: string; value: string }[] {
  const hours = Math.ceil(seconds / 3_600);
  const [unit, value] = hours <= 24 ? (["hours", hours] as const) : (["days", Math.ceil(hours / 24)] as const);
  return [
    { name: `${name}Unit`, value: unit },
    { name: `${name}Value`, value: String(value) },
  ];
}

function reports(
  name: string,
  { region }: BackupAuditArgs,
  { bucket, prefix, formats = ["CSV", "JSON"] }: AuditReports,
  frameworkArns: readonly pulumi.Output<string>[],
  tags: Tags,
  options: pulumi.CustomResourceOptions,
): void {
  const templates: Readonly<Record<string, pulumi.Input<string>[] | undefined>> = {
    BACKUP_JOB_REPORT: undefined,
    COPY_JOB_REPORT: undefined,
    RESTORE_JOB_REPORT: undefined,
    ...(frameworkArns.length === 0
      ? {}
      : { RESOURCE_COMPLIANCE_REPORT: [...frameworkArns], CONTROL_COMPLIANCE_REPORT: [...frameworkArns] }),
  };
  for (const [reportTemplate, arns] of Object.entries(templates)) {
    const key = reportTemplate.toLowerCase().replace("_report", "").replace("_", "-");
    new backup.ReportPlan(
      `${name}-${key}`,
      {
        name: auditName(name, key),
        region,
        description: `Report: ${key.replace("-", " ")}`,
        reportDeliveryChannel: { s3BucketName: bucket, s3KeyPrefix: prefix, formats: [...formats] },
        reportSetting: {
          reportTemplate,
          frameworkArns: arns,
          numberOfFrameworks: arns?.length,
        },
        tags,
      },
      options,
    );
  }
}
