import type { Input } from "@pulumi/pulumi";
import type { Plan } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";

/** Backups that a framework audits. */
export interface AuditedBackups {
  /** The plan of the component that makes them, or of a strategy: frequency, retention, age and lock are read from it. */
  readonly plan: Plan;
  /** Name of the asset in the plan. @default - all of them: the strictest of each number */
  readonly asset?: string;
  /** Types of resources as AWS Backup names them: `RDS`, `EBS`, `EFS`, `S3`. */
  readonly resourceTypes: readonly string[];
}

/** Where reports go. */
export interface AuditReports {
  /**
   * Name of the bucket, whose policy lets the role of AWS Backup's reports write; a default Object Lock retention would
   * refuse them.
   */
  readonly bucket: Input<string>;
  /** First part of the reports' names. @default "" */
  readonly prefix?: string;
  /** @default ["CSV", "JSON"] */
  readonly formats?: readonly ("CSV" | "JSON")[];
}

/** Arguments of the component BackupAudit. */
export interface BackupAuditArgs {
  /** Named in the descriptions; decides what a destroy may do. */
  readonly environment: EnvironmentArgument;
  /** Region of the backups. @default - `aws:region` of the stack */
  readonly region?: string;
  /** What is audited, by name; each becomes a framework, of which a region has 15. */
  readonly backups: Readonly<Record<string, AuditedBackups>>;
  /** Says that AWS Config records these types in the region: without it no framework can be made. @default false */
  readonly configRecorder?: boolean;
  /** Daily reports of jobs, copies, restores and compliance. @default - none */
  readonly reports?: AuditReports;
  /** Tags beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}
