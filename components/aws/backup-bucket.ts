import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { Environment, LockPolicy, StoreDeclaration } from "../model/index.js";
import { parseDuration, wholeDays } from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import type { BackupStore, S3Access } from "../shared/store.js";
import type { BackupBucketArgs } from "./backup-bucket-args.js";
import { backupBucketIssues } from "./backup-bucket-rules.js";
import { bucketPolicy } from "./bucket-policy.js";
import { lifecycleDays, lifecycleRules } from "./bucket-lifecycle.js";

/** What the provider may fill in on the bucket for settings that are resources of their own. */
const separateSettings = [
  "grants",
  "lifecycleRules",
  "objectLockConfiguration",
  "replicationConfiguration",
  "serverSideEncryptionConfiguration",
  "versionings",
];

/**
 * A bucket for backups: Object Lock and versioning, encryption, no public access, TLS only, and a lifecycle that
 * deletes every artefact at the age that its retention class reaches. Neither the bucket nor its policies can be
 * destroyed in staging and production (`protect`); in development it empties itself.
 *
 * @example
 * const primary = new BackupBucket("backups", { environment: "production", region: "eu-west-1" });
 */
export class BackupBucket extends pulumi.ComponentResource implements BackupStore {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:aws:BackupBucket";

  readonly name: string;
  readonly declaration: StoreDeclaration;
  readonly access: S3Access;
  readonly expiresAfterDays: readonly number[];
  /** Name of the bucket. */
  readonly bucketName: pulumi.Output<string>;
  /** ARN of the bucket. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super(BackupBucket.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    throwOnErrors("aws.BackupBucket", name, [...issues, ...backupBucketIssues(args, environment)], this);
    const keeps = environment.base !== "development";
    const options = { parent: this, protect: opts?.protect ?? (keeps ? true : undefined) };

    const bucket = new s3.Bucket(
      name,
      {
        bucket: args.bucketName,
        region: args.region,
        objectLockEnabled: true,
        forceDestroy: !keeps,
        tags: { "managed-by": "pulumi-backup-tiers", environment: environment.name, ...args.tags },
      },
      { ...options, ignoreChanges: separateSettings },
    );
    const { bucket: bucketName } = bucket;
    this.expiresAfterDays = lifecycleDays(environment, args.expireAfterDays);
    configure(name, args, environment, bucket, this.expiresAfterDays, options);

    this.name = name;
    this.bucketName = bucketName;
    this.arn = bucket.arn;
    const region = args.region ?? new pulumi.Config("aws").get("region");
    this.declaration = {
      location: { provider: "aws", account: args.account, region: region ?? "default" },
      locks: true,
    };
    this.access = {
      kind: "s3",
      bucket: bucketName,
      region: region ?? bucket.region,
      prefix: args.prefix,
      credentialsSecret: args.credentialsSecret,
    };
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
  }
}

/**
 * The settings that are resources of their own. They have no identity but the bucket's name: replaced by creating
 * first, the deletion of the old one would take the new setting away, hence `deleteBeforeReplace`.
 */
function configure(
  name: string,
  args: BackupBucketArgs,
  environment: Environment,
  bucket: s3.Bucket,
  expiresAfterDays: readonly number[],
  options: pulumi.CustomResourceOptions,
): void {
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
    { ...target, rules: [encryptionRule(args.kmsKeyArn)] },
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
    { ...target, policy: bucketPolicy(bucket.arn, args.kmsKeyArn) },
    { ...single, dependsOn: [publicAccess] },
  );
  new s3.BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    {
      ...target,
      // Manifests are small and must expire with their artefacts.
      transitionDefaultMinimumObjectSize: "varies_by_storage_class",
      rules: lifecycleRules(expiresAfterDays, args.abortIncompleteUploadsAfterDays ?? 2),
    },
    { ...single, dependsOn: [versioning] },
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
