import type { ReportViolation, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import {
  databaseDays,
  type Environment,
  environment as builtInEnvironment,
  limits,
} from "../components/model/index.js";

/** Options of {@link backupPolicies}. */
export interface BackupPolicyOptions {
  /** The environment whose protection every stack must at least have. @default "production" */
  readonly environment?: Environment | "development" | "staging" | "production";
}

type Properties = Readonly<Record<string, unknown>>;

/**
 * Policies for any stack, whether it uses this library or not: what holds data must not be weaker than the environment
 * asks. Give them to a `PolicyPack` of your own; each is mandatory unless the pack's configuration says otherwise.
 *
 * @example
 * new PolicyPack("backups", { policies: backupPolicies({ environment: "production" }) });
 */
export function backupPolicies(options: BackupPolicyOptions = {}): ResourceValidationPolicy[] {
  const asked = options.environment ?? "production";
  const environment = typeof asked === "string" ? builtInEnvironment(asked) : asked;
  return [
    policy(
      "rds-retention",
      "RDS databases keep automated backups as long as the environment asks, at most 35 days",
      ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
      (properties, report) => {
        const { daily, pitr } = databaseDays(environment);
        const wanted = Math.min(Math.max(daily, pitr, 1), limits.rdsRetentionMax.value);
        const days = properties["backupRetentionPeriod"];
        if (typeof days === "number" && days >= wanted) return;
        report(
          `backupRetentionPeriod must be ${String(wanted)} or more (${environment.name}), got ${shown(days)}; spread aws.rdsSettings("${environment.base}")`,
        );
      },
    ),
    ...(environment.base === "development" ? [] : keepingPolicies(environment)),
    policy(
      "backup-cron-jobs",
      "Backup CronJobs say their time zone and never overlap themselves",
      ["kubernetes:batch/v1:CronJob"],
      (properties, report) => {
        const { metadata, spec } = properties as { metadata?: { labels?: Properties }; spec?: Properties };
        if (metadata?.labels?.["purpose"] !== "backup") return;
        if (spec?.["concurrencyPolicy"] !== "Forbid")
          report(
            `spec.concurrencyPolicy must be "Forbid" (two dumps at once slow the database and each other), got ${shown(spec?.["concurrencyPolicy"])}; set it`,
          );
        if (typeof spec?.["timeZone"] !== "string")
          report(
            `spec.timeZone must be given (the default is the control plane's), got ${shown(spec?.["timeZone"])}; write "Etc/UTC"`,
          );
      },
    ),
  ];
}

/** What an environment that keeps its data adds. */
function keepingPolicies(environment: Environment): ResourceValidationPolicy[] {
  return [
    policy(
      "rds-keeps-last-state",
      "RDS databases cannot be deleted without a last snapshot",
      ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
      (properties, report) => {
        if (properties["deletionProtection"] !== true)
          report(
            `deletionProtection must be true (${environment.name} keeps), got ${shown(properties["deletionProtection"])}; spread aws.rdsSettings("${environment.base}")`,
          );
        if (properties["skipFinalSnapshot"] === true)
          report(
            `skipFinalSnapshot must be false (${environment.name} keeps), got true; spread aws.rdsSettings("${environment.base}")`,
          );
      },
    ),
    policy(
      "buckets-do-not-empty-themselves",
      "Buckets are never emptied by a destroy",
      ["aws:s3/bucket:Bucket"],
      (properties, report) => {
        if (properties["forceDestroy"] === true)
          report(`forceDestroy must not be true (it deletes even locked objects), got true; leave it out`);
      },
    ),
  ];
}

function policy(
  name: string,
  description: string,
  types: readonly string[],
  validate: (properties: Properties, report: ReportViolation) => void,
): ResourceValidationPolicy {
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    validateResource: ({ type, props }: ResourceValidationArgs, report) => {
      if (types.includes(type)) validate(props as Properties, report);
    },
  };
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
