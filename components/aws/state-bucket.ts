import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { type DurationText, type Issue, parseDuration, unknownKeys, wholeDays } from "../model/index.js";
import { type EnvironmentArgument, resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import { bucketNaming } from "./aws-names.js";
import type { BucketReplication } from "./backup-bucket-args.js";
import type { ApplicationBucket } from "./bucket-backup-args.js";
import { commonRules } from "./bucket-lifecycle.js";
import { replicate } from "./bucket-replication.js";
import { replicationIssues } from "./bucket-replication-rules.js";
import { secureBucket, separateSettings } from "./bucket-settings.js";
import { encryptionKey } from "./encryption-key.js";
import { libraryTags, regionOf } from "./plan-one.js";
import { problem } from "./problem.js";
import { daysOf } from "./snapshot-policy-rules.js";

/** Arguments of the component StateBucket. */
export interface StateBucketArgs {
  /** Environment of the tags; the state of every environment is kept alike. */
  readonly environment: EnvironmentArgument;
  /** Region of the bucket; changing it replaces the bucket. @default - `aws:region` of the stack */
  readonly region?: string;
  /** Account of the bucket, part of its location. @default "default" */
  readonly account?: string;
  /** A bucket that holds state already: it stays as it is and gets the settings. @default - a bucket of its own */
  readonly existing?: ApplicationBucket;
  /** Name of the component's own bucket. @default - chosen by the provider */
  readonly bucketName?: string;
  /** ARN of the KMS key. @default - keys of S3 */
  readonly kmsKeyArn?: pulumi.Input<string>;
  /** Makes a KMS key for this bucket alone, which no destroy deletes: without it the state is unreadable. @default false */
  readonly ownKey?: boolean;
  /** How long versions that were overwritten are kept. @default "forever" */
  readonly keepVersions?: DurationText | "forever";
  /** A copy in another region or account. @default - none */
  readonly copy?: BucketReplication;
  /** Tags beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, pulumi.Input<string>>>;
}

const keys = [
  "environment",
  "region",
  "account",
  "existing",
  "bucketName",
  "kmsKeyArn",
  "ownKey",
  "keepVersions",
  "copy",
  "tags",
] as const satisfies readonly (keyof StateBucketArgs)[];

/**
 * A bucket for the state of Pulumi or Terraform: every version is kept, encrypted, private and copied elsewhere. It is
 * protected in every environment, and a destroy never empties it. Object Lock is left out: the lock files of both
 * programs are deleted all the time. The stack that makes it must keep its own state elsewhere.
 *
 * @example
 * new StateBucket("state", { environment: "production", region: "us-east-1", copy: { to: offsite } });
 */
export class StateBucket extends pulumi.ComponentResource implements ApplicationBucket {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:aws:StateBucket";

  /** Name of the bucket. */
  readonly bucket: pulumi.Output<string>;
  /** ARN of the bucket. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: StateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super(StateBucket.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    throwOnErrors("aws.StateBucket", name, [...issues, ...stateBucketIssues(args)], this);
    const options = { parent: this, protect: opts?.protect ?? true };
    const tags = libraryTags(environment, args.tags);
    const { region, account, copy } = args;

    const key = { region, describes: `State in the bucket ${name}`, keeps: true, forEver: true, tags };
    const kmsKeyArn = args.ownKey === true ? encryptionKey(name, key, options) : args.kmsKeyArn;
    const { bucket, arn } = args.existing ?? ownBucket(name, args, tags, options);
    const target = { bucket, arn, region, kmsKeyArn };
    const versioning = secureBucket(name, target, undefined, options);
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, region, rules: [...expiry(args.keepVersions ?? "forever"), ...commonRules(7)] },
      { ...options, deleteBeforeReplace: true, dependsOn: [versioning] },
    );
    if (copy !== undefined) replicate(name, { ...target, account }, [copy], tags, options, [versioning]);

    this.bucket = pulumi.output(bucket);
    this.arn = pulumi.output(arn);
    this.registerOutputs({ bucket: this.bucket, arn: this.arn });
  }
}

function ownBucket(
  name: string,
  { bucketName, region }: StateBucketArgs,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): s3.Bucket {
  return new s3.Bucket(
    name,
    { ...bucketNaming(name, bucketName), region, forceDestroy: false, tags },
    { ...options, ignoreChanges: separateSettings },
  );
}

function expiry(keep: DurationText | "forever") {
  return keep === "forever"
    ? []
    : [
        {
          id: "keep-versions",
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: wholeDays(parseDuration(keep)) },
        },
      ];
}

function stateBucketIssues(args: StateBucketArgs): Issue[] {
  const { keepVersions = "forever", existing, bucketName, kmsKeyArn, ownKey = false, copy, region, account } = args;
  const issues = unknownKeys(args, keys, "args");
  if (keepVersions !== "forever" && daysOf(keepVersions) === undefined)
    issues.push(
      problem("duration", "keepVersions", 'be a length of time or "forever"', keepVersions, 'write "1 year"'),
    );
  if (existing !== undefined && bucketName !== undefined)
    issues.push(
      problem("state-bucket", "bucketName", "be left out for an existing bucket", bucketName, "decide for one"),
    );
  if (kmsKeyArn !== undefined && ownKey)
    issues.push(problem("bucket-key", "ownKey", "be left out where kmsKeyArn is given", ownKey, "decide for one"));
  if (copy === undefined) return issues;
  const encryptedByKey = kmsKeyArn !== undefined || ownKey;
  const source = { region: regionOf(region), account, encryptedByKey, locks: false };
  return [...issues, ...replicationIssues(copy, source, "copy")];
}
