import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { Environment, LockPolicy } from "../model/index.js";
import { parseDuration, wholeDays } from "../model/index.js";
import type { BackupBucketArgs } from "./backup-bucket-args.js";
import { lifecycleRules } from "./bucket-lifecycle.js";
import { bucketPolicy } from "./bucket-policy.js";

/** What the provider may fill in on the bucket for settings that are resources of their own. */
export const separateSettings = [
  "grants",
  "lifecycleRules",
  "objectLockConfiguration",
  "replicationConfiguration",
  "serverSideEncryptionConfiguration",
  "versionings",
];

/** A bucket whose settings are made. */
export interface SettingsTarget {
  /** Name of the bucket. */
  readonly bucket: pulumi.Input<string>;
  /** ARN of the bucket. */
  readonly arn: pulumi.Input<string>;
  /** Region of the bucket. */
  readonly region: string | undefined;
  /** ARN of the key that encrypts it. @default - keys of S3 */
  readonly kmsKeyArn?: pulumi.Input<string>;
}

/**
 * What every bucket of the library has: versions, encryption, no public access, one owner, TLS only. These are resources
 * of their own and have no identity but the bucket's name: replaced by creating first, the deletion of the old one would
 * take the new setting away, hence `deleteBeforeReplace`.
 */
export function secureBucket(
  name: string,
  { bucket, arn, region, kmsKeyArn }: SettingsTarget,
  replicasFromAccounts: readonly string[] | undefined,
  options: pulumi.CustomResourceOptions,
): s3.BucketVersioning {
  const target = { bucket, region };
  const single = { ...options, deleteBeforeReplace: true };
  const versioning = new s3.BucketVersioning(
    `${name}-versioning`,
    { ...target, versioningConfiguration: { status: "Enabled" } },
    single,
  );
  new s3.BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    { ...target, rules: [encryptionRule(kmsKeyArn)] },
    single,
  );
  const ownership = new s3.BucketOwnershipControls(
    `${name}-ownership`,
    { ...target, rule: { objectOwnership: "BucketOwnerEnforced" } },
    single,
  );
  const publicAccess = new s3.BucketPublicAccessBlock(
    `${name}-public-access`,
    { ...target, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    { ...single, dependsOn: [ownership] },
  );
  new s3.BucketPolicy(
    `${name}-policy`,
    { ...target, policy: bucketPolicy(arn, kmsKeyArn, replicasFromAccounts) },
    { ...single, dependsOn: [publicAccess] },
  );
  return versioning;
}

/** What a bucket for backups has beyond that: its lock, and rules that delete. */
export function configureBackupBucket(
  name: string,
  args: BackupBucketArgs,
  environment: Environment,
  { bucket, region }: SettingsTarget,
  expiresAfterDays: readonly number[],
  versioning: s3.BucketVersioning,
  options: pulumi.CustomResourceOptions,
): void {
  const target = { bucket, region };
  const single = { ...options, deleteBeforeReplace: true };
  const lock = args.lock ?? environment.matrix["object-store"]?.lock ?? "none";
  new s3.BucketObjectLockConfiguration(
    `${name}-lock`,
    {
      ...target,
      objectLockEnabled: "Enabled",
      rule: lock === "none" ? undefined : { defaultRetention: retention(lock) },
    },
    { ...single, dependsOn: [versioning] },
  );
  new s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    {
      ...target,
      // Manifests are small and must expire with their artefacts.
      transitionDefaultMinimumObjectSize: "varies_by_storage_class",
      rules: lifecycleRules(expiresAfterDays, args.abortIncompleteUploadsAfterDays ?? 2, args.coldStorage),
    },
    { ...single, dependsOn: [versioning] },
  );
  if (args.accessLogBucket !== undefined)
    new s3.BucketLogging(
      `${name}-logs`,
      { ...target, targetBucket: args.accessLogBucket, targetPrefix: pulumi.interpolate`${bucket}/` },
      single,
    );
}

function retention(lock: LockPolicy): { mode: string; days: number } {
  return {
    mode: lock.mode === "compliance" ? "COMPLIANCE" : "GOVERNANCE",
    days: wholeDays(parseDuration(lock.period)),
  };
}

function encryptionRule(kmsKeyArn: pulumi.Input<string> | undefined): {
  applyServerSideEncryptionByDefault: { sseAlgorithm: string; kmsMasterKeyId?: pulumi.Input<string> };
  bucketKeyEnabled: boolean;
} {
  return kmsKeyArn === undefined
    ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" }, bucketKeyEnabled: false }
    : {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn },
        bucketKeyEnabled: true,
      };
}
