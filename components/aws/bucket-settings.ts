import * as s3 from "@pulumi/aws/s3";
import type * as pulumi from "@pulumi/pulumi";
import type { Environment, LockPolicy } from "../model/index.js";
import { parseDuration, wholeDays } from "../model/index.js";
import type { BackupBucketArgs } from "./backup-bucket-args.js";
import { lifecycleRules } from "./bucket-lifecycle.js";
import { bucketPolicy } from "./bucket-policy.js";

/**
 * The settings that are resources of their own. They have no identity but the bucket's name: replaced by creating
 * first, the deletion of the old one would take the new setting away, hence `deleteBeforeReplace`.
 */
export function configureBucket(
  name: string,
  args: BackupBucketArgs,
  environment: Environment,
  bucket: s3.Bucket,
  kmsKeyArn: pulumi.Input<string> | undefined,
  expiresAfterDays: readonly number[],
  options: pulumi.CustomResourceOptions,
): s3.BucketVersioning {
  const target = { bucket: bucket.bucket, region: args.region };
  const single = { ...options, deleteBeforeReplace: true };
  const versioning = new s3.BucketVersioning(
    `${name}-versioning`,
    { ...target, versioningConfiguration: { status: "Enabled" } },
    single,
  );
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
    { ...target, policy: bucketPolicy(bucket.arn, kmsKeyArn, args.replicasFromAccounts) },
    { ...single, dependsOn: [publicAccess] },
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
      { ...target, targetBucket: args.accessLogBucket, targetPrefix: bucket.bucket.apply((own) => `${own}/`) },
      single,
    );
  return versioning;
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
