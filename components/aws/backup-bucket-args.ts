import type { Input } from "@pulumi/pulumi";
import type { DurationText, LockPolicy, StoreDeclaration } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";

/** Who may assume a role. */
export interface RoleTrust {
  /** ARNs of roles or users. @default [] */
  readonly principalArns?: readonly Input<string>[];
  /** Service accounts of an EKS cluster, by its OIDC provider. @default - none */
  readonly serviceAccounts?: ServiceAccountTrust;
  /**
   * ARNs of EKS clusters whose Pod Identity associations may use it; the associations say for which service accounts.
   * Pods on Fargate cannot.
   * @default []
   */
  readonly podIdentityClusterArns?: readonly string[];
}

/** A role that exists: it may do the same in several buckets, as one backup job needs that writes to all of them. */
export interface ExistingRole {
  /** Name of the role, such as the `writerRoleName` of another bucket. */
  readonly roleName: Input<string>;
}

/** Service accounts that an OIDC provider vouches for. */
export interface ServiceAccountTrust {
  /** `arn:aws:iam::<account>:oidc-provider/<issuer>`. */
  readonly providerArn: Input<string>;
  /** `<namespace>/<service account>`, exactly; no `*`. */
  readonly names: readonly string[];
}

/** A bucket that takes copies: a BackupBucket, or one that exists already. */
export interface ReplicaBucket {
  /** ARN of the bucket; it is versioned, and locks. */
  readonly arn: Input<string>;
  /** Where it is, and whether it locks. */
  readonly declaration: StoreDeclaration;
  /** ARN of the KMS key that encrypts what is put there. @default - keys of S3 */
  readonly kmsKeyArn?: Input<string>;
}

/** A copy that S3 itself makes of whatever is written from now on; what lies there already is not copied. */
export interface BucketReplication {
  /** The bucket of the copies, in another region or account, with a lock and a lifecycle of its own. */
  readonly to: ReplicaBucket;
  /** Storage class of the copies. @default - as the object was written */
  readonly storageClass?: "STANDARD_IA" | "GLACIER_IR" | "GLACIER" | "DEEP_ARCHIVE";
  /** Copies within 15 minutes, with metrics; billed by the gigabyte. @default false */
  readonly timeControl?: boolean;
}

/** Where artefacts lie that nobody expects to need. */
export interface ColdStorage {
  /** Age at which artefacts move. */
  readonly after: DurationText;
  /**
   * Where they move: each class bills a shortest time (90, 90 and 180 days), so that only retention classes move that
   * stay there so long. `GLACIER` and `DEEP_ARCHIVE` take hours to read. @default "GLACIER_IR"
   */
  readonly storageClass?: "GLACIER_IR" | "GLACIER" | "DEEP_ARCHIVE";
}

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
  /** Makes a KMS key for this bucket alone, which rotates; a destroy leaves it alone where backups are kept. @default false */
  readonly ownKey?: boolean;
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
  /** Moves artefacts of 128 KB or more to cold storage; manifests stay where they can be read. @default - never */
  readonly coldStorage?: ColdStorage;
  /** A copy that S3 makes in another region or account. @default - none */
  readonly replication?: BucketReplication;
  /** Accounts of 12 digits that may replicate into this bucket. @default [] */
  readonly replicasFromAccounts?: readonly string[];
  /**
   * Makes a role, or adds to one, that adds artefacts and reads manifests, and can neither read, change nor delete an artefact: for
   * backup jobs.
   * @default - none
   */
  readonly writers?: RoleTrust | ExistingRole;
  /** Makes a role, or adds to one, that reads everything and writes nothing: for checks, drills and restores. @default - none */
  readonly readers?: RoleTrust | ExistingRole;
  /** Name of a bucket for server access logs, which must have no Object Lock; each line lands under the name of this bucket. @default - no logs */
  readonly accessLogBucket?: Input<string>;
  /** Days after which an upload that was never completed is removed, from 1. @default 2 */
  readonly abortIncompleteUploadsAfterDays?: number;
  /** Secret, in the namespace of the backup jobs, with `accessKeyId` and `secretAccessKey`. @default - workload identity */
  readonly credentialsSecret?: Input<string>;
  /** Tags beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}
