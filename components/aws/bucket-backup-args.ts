import type { Input } from "@pulumi/pulumi";
import type { ProtectionOverride } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";
import type { BucketReplication } from "./backup-bucket-args.js";

/** A bucket of an application, by what an `aws.s3.Bucket` has; an existing one is described by its ARN and name. */
export interface ApplicationBucket {
  /** ARN, `arn:aws:s3:::<name>`. */
  readonly arn: Input<string>;
  /** Name of the bucket. */
  readonly bucket: Input<string>;
}

/** How the objects of an application are protected where they are, and where their copies go. */
export interface ProtectedBucket {
  /** The bucket. */
  readonly bucket: ApplicationBucket;
  /** Region of the bucket. @default - `aws:region` of the stack */
  readonly region?: string;
  /** Account of the bucket, part of its location. @default "default" */
  readonly account?: string;
  /** ARN of the KMS key that encrypts the bucket, which S3 must use to copy it. @default - keys of S3 */
  readonly kmsKeyArn?: Input<string>;
  /** Copies in other buckets, of other regions or accounts. Objects that exist already need a Batch Replication job. @default [] */
  readonly copies?: readonly BucketReplication[];
  /**
   * `"existing"` where the program itself versions the bucket: two resources for one setting take it from each other.
   * @default "managed"
   */
  readonly versioning?: "managed" | "existing";
  /**
   * `"existing"` where the program itself has lifecycle rules, which must then delete old versions.
   * @default "managed"
   */
  readonly lifecycle?: "managed" | "existing";
  /** Tags of the role that copies beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, Input<string>>>;
  /** Parts of the environment's `object-store` protection that are overridden. */
  readonly protection?: ProtectionOverride;
}

/** Arguments of the component BucketBackup. */
export interface BucketBackupArgs extends ProtectedBucket {
  /** Decides how long old versions are kept, and how many copies there are. */
  readonly environment: EnvironmentArgument;
  /** Name of the asset in the plan. @default - the component's name */
  readonly asset?: string;
}

/** Keys of {@link ProtectedBucket}, for refusing misspelt ones at run time. */
export const protectedBucketKeys = [
  "bucket",
  "region",
  "account",
  "kmsKeyArn",
  "copies",
  "versioning",
  "lifecycle",
  "tags",
  "protection",
] as const satisfies readonly (keyof ProtectedBucket)[];
