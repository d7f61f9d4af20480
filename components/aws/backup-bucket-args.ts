import type { Input } from "@pulumi/pulumi";
import type { LockPolicy } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";

/** Arguments of the component BackupBucket. */
export interface BackupBucketArgs {
  /** Decides locks, lifecycle and what a destroy may do. */
  readonly environment: EnvironmentArgument;
  /** Region of the bucket, part of its location; changing it replaces the bucket. @default - `aws:region` of the stack */
  readonly region?: string;
  /**
   * Account of the bucket, part of its location: two buckets of one region are two locations only in two accounts.
   * The provider decides in which account the bucket really is.
   * @default "default"
   */
  readonly account?: string;
  /** Name of the bucket, 3 to 63 characters; changing it replaces the bucket. @default - chosen by the provider */
  readonly bucketName?: string;
  /** First part of every object name. @default "" */
  readonly prefix?: string;
  /** ARN of the KMS key that encrypts objects at rest. @default - keys of S3 (SSE-S3); artefacts are encrypted before they leave the pod in any case */
  readonly kmsKeyArn?: Input<string>;
  /**
   * Default Object Lock retention for whatever is written without one; artefacts carry their own. The bucket is made
   * with Object Lock in every environment, because that cannot be added to it later; `"none"` only sets no default.
   * @default - the lock of the environment's `object-store` protection
   */
  readonly lock?: LockPolicy | "none";
  /**
   * Further ages, in whole days, at which artefacts are deleted, beside those of the environment's matrix. An asset
   * whose own retention asks for an age without a rule is refused.
   * @default []
   */
  readonly expireAfterDays?: readonly number[];
  /** Days after which an upload that was never completed is removed, from 1. @default 2 */
  readonly abortIncompleteUploadsAfterDays?: number;
  /** Secret, in the namespace of the backup jobs, with `accessKeyId` and `secretAccessKey`. @default - workload identity */
  readonly credentialsSecret?: Input<string>;
  /** Tags beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}
