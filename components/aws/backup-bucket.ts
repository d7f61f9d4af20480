import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { StoreDeclaration } from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import type { BackupStore, S3Access } from "../shared/store.js";
import { bucketNaming } from "./aws-names.js";
import type { BackupBucketArgs, ReplicaBucket } from "./backup-bucket-args.js";
import { backupBucketIssues } from "./backup-bucket-rules.js";
import { bucketRole } from "./bucket-role.js";
import { readerStatements, writerStatements } from "./bucket-access.js";
import { lifecycleDays } from "./bucket-lifecycle.js";
import { replicate } from "./bucket-replication.js";
import { configureBackupBucket, secureBucket, separateSettings } from "./bucket-settings.js";
import { encryptionKey } from "./encryption-key.js";
import { libraryTags, regionOf } from "./plan-one.js";

/**
 * A bucket for backups: Object Lock and versioning, encryption, no public access, TLS only, and a lifecycle that
 * deletes every artefact at the age that its retention class reaches. Neither the bucket nor its policies can be
 * destroyed in staging and production (`protect`); in development it empties itself.
 *
 * @example
 * const primary = new BackupBucket("backups", { environment: "production", region: "eu-west-1" });
 */
export class BackupBucket extends pulumi.ComponentResource implements BackupStore, ReplicaBucket {
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
  /** ARN of the KMS key that encrypts it; absent where S3 has the keys. */
  readonly kmsKeyArn: pulumi.Output<string> | undefined;
  /** ARN of the role of its own that adds artefacts; empty without one. */
  readonly writerRoleArn: pulumi.Output<string>;
  /** Name of the role that adds artefacts; empty without `writers`. */
  readonly writerRoleName: pulumi.Output<string>;
  /** ARN of the role of its own that reads them; empty without one. */
  readonly readerRoleArn: pulumi.Output<string>;
  /** Name of the role that reads them; empty without `readers`. */
  readonly readerRoleName: pulumi.Output<string>;

  constructor(name: string, args: BackupBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super(BackupBucket.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    throwOnErrors("aws.BackupBucket", name, [...issues, ...backupBucketIssues(args, environment)], this);
    const keeps = environment.base !== "development";
    const options = { parent: this, protect: opts?.protect ?? (keeps ? true : undefined) };
    const tags = libraryTags(environment, args.tags);

    this.kmsKeyArn = keyOf(name, args, keeps, tags, options);
    const bucket = new s3.Bucket(
      name,
      {
        ...bucketNaming(name, args.bucketName),
        region: args.region,
        objectLockEnabled: true,
        forceDestroy: !keeps,
        tags,
      },
      { ...options, ignoreChanges: separateSettings },
    );
    const { bucket: bucketName, arn } = bucket;
    this.expiresAfterDays = lifecycleDays(environment, args.expireAfterDays);
    const { kmsKeyArn, expiresAfterDays } = this;
    const target = { bucket: bucketName, arn, region: args.region, kmsKeyArn };
    const versioning = secureBucket(name, target, args.replicasFromAccounts, options);
    configureBackupBucket(name, args, environment, target, expiresAfterDays, versioning, options);
    if (args.replication !== undefined)
      replicate(name, { ...target, account: args.account }, [args.replication], tags, options, [versioning]);
    const access = { arn, prefix: (args.prefix ?? "").replace(/\/+$/, ""), kmsKeyArn };
    const roleOptions = { region: regionOf(args.region), tags };
    const writer = bucketRole(`${name}-writer`, args.writers, writerStatements(access), roleOptions, options);
    const reader = bucketRole(`${name}-reader`, args.readers, readerStatements(access), roleOptions, options);
    this.writerRoleArn = writer.arn;
    this.writerRoleName = writer.name;
    this.readerRoleArn = reader.arn;
    this.readerRoleName = reader.name;

    this.name = name;
    this.bucketName = bucketName;
    this.arn = arn;
    const region = regionOf(args.region);
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
    this.registerOutputs({
      bucketName: this.bucketName,
      arn: this.arn,
      writerRoleArn: this.writerRoleArn,
      readerRoleArn: this.readerRoleArn,
    });
  }
}

function keyOf(
  name: string,
  args: BackupBucketArgs,
  keeps: boolean,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  if (args.kmsKeyArn !== undefined) return pulumi.output(args.kmsKeyArn);
  if (args.ownKey !== true) return undefined;
  const { lock } = args;
  const forEver = typeof lock === "object" && lock.mode === "compliance";
  return encryptionKey(
    name,
    { region: args.region, describes: `Objects of the bucket ${name}`, keeps, forEver, tags },
    options,
  );
}
