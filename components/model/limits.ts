/** A cap that a service sets. */
export interface Limit {
  /** Stable name, the same as its key in {@link limits}. */
  readonly id: string;
  /** The cap, in `unit`. */
  readonly value: number;
  /** What `value` counts. */
  readonly unit: "days" | "backups" | "snapshots" | "characters" | "rules" | "copies" | "minutes" | "seconds";
  /** Where it is written down: the service's API model, its documentation, or the provider's source. */
  readonly source: string;
  /** The day on which it was read there. */
  readonly readOn: string;
}

const readOn = "2026-11-21";
const rds = "@aws-sdk/client-rds 3.1169, CreateDBInstance BackupRetentionPeriod";
const aurora = "@aws-sdk/client-rds 3.1169, CreateDBCluster BackupRetentionPeriod";
const awsBackup = "@aws-sdk/client-backup 3.1092, Lifecycle";
const awsBackupQuotas = "https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html";
const awsBackupPitr = "https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html";
const vaultLock = "https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html";
const backupPlan = "hashicorp/terraform-provider-aws internal/service/backup/plan.go";
const dlm = "@aws-sdk/client-dlm 3.1124, RetainRule";
const dlmPolicy = "hashicorp/terraform-provider-aws internal/service/dlm/lifecycle_policy.go";
const objectLock = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html";
const lifecycle = "@aws-sdk/client-s3 3.1169, PutBucketLifecycleConfiguration";
const cloudSqlBackups = "https://cloud.google.com/sql/docs/postgres/backup-recovery/backup-options";
const cloudSql = "@pulumi/gcp 9.37.0, sql.DatabaseInstance transactionLogRetentionDays";
const gcsLock = "@pulumi/gcp 9.37.0, storage.Bucket retentionPolicy.retentionPeriod";
const gkeBackup = "@pulumi/gcp 9.37.0, gkebackup.BackupPlan retentionPolicy";
const flexibleServer = "azure-rest-api-specs, dbforpostgresql Server backup.backupRetentionDays";
const azureWorm = "azure-rest-api-specs, storage immutabilityPeriodSinceCreationInDays";
const veleroTtl = "velero pkg/apis/velero/v1 BackupSpec ttl (a Go duration: nanoseconds in 64 bits)";
const cronJob = "kubernetes/api v0.36.3, batch/v1 CronJob (a job's name adds 11 characters to at most 63)";

const table = {
  rdsRetentionMax: { value: 35, unit: "days", source: rds },
  auroraRetentionMin: { value: 1, unit: "days", source: aurora },
  auroraRetentionMax: { value: 35, unit: "days", source: aurora },
  awsBackupPitrMax: { value: 35, unit: "days", source: awsBackupPitr },
  awsBackupRetentionMax: { value: 36_500, unit: "days", source: awsBackup },
  awsBackupColdStorageMin: { value: 90, unit: "days", source: awsBackup },
  awsBackupRulesPerPlanMax: { value: 10, unit: "rules", source: awsBackupQuotas },
  awsBackupCopiesPerRuleMax: { value: 5, unit: "copies", source: awsBackupQuotas },
  awsBackupStartWindowMin: { value: 60, unit: "minutes", source: backupPlan },
  awsBackupLockGraceMin: { value: 3, unit: "days", source: vaultLock },
  awsBackupLockMax: { value: 36_500, unit: "days", source: vaultLock },
  dlmCountMax: { value: 1_000, unit: "snapshots", source: dlm },
  dlmAgeMax: { value: 36_500, unit: "days", source: dlm },
  dlmCopyRulesMax: { value: 3, unit: "rules", source: dlmPolicy },
  s3ObjectLockMax: { value: 36_500, unit: "days", source: objectLock },
  s3LifecycleRulesMax: { value: 1_000, unit: "rules", source: lifecycle },
  cloudSqlBackupsMax: { value: 365, unit: "backups", source: cloudSqlBackups },
  cloudSqlPitrMax: { value: 7, unit: "days", source: cloudSql },
  cloudSqlEnterprisePlusPitrMax: { value: 35, unit: "days", source: cloudSql },
  gcsRetentionBelow: { value: 3_155_760_000, unit: "seconds", source: gcsLock },
  gkeBackupRetentionMax: { value: 365, unit: "days", source: gkeBackup },
  gkeBackupLockMax: { value: 90, unit: "days", source: gkeBackup },
  flexibleServerRetentionMin: { value: 7, unit: "days", source: flexibleServer },
  flexibleServerRetentionMax: { value: 35, unit: "days", source: flexibleServer },
  azureBlobLockMax: { value: 146_000, unit: "days", source: azureWorm },
  veleroTtlMax: { value: 106_751, unit: "days", source: veleroTtl },
  kubernetesCronJobNameMax: { value: 52, unit: "characters", source: cronJob },
} as const satisfies Readonly<Record<string, Omit<Limit, "id" | "readOn">>>;

/** The name of a limit. */
export type LimitId = keyof typeof table;

/** Every cap of a service that a protection can meet, with its source and the day it was read. Frozen. */
export const limits: Readonly<Record<LimitId, Limit>> = Object.freeze(
  Object.fromEntries(
    Object.entries(table).map(([id, limit]) => [id, Object.freeze({ id, ...limit, readOn })] as const),
  ) as Record<LimitId, Limit>,
);
