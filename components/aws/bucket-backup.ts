import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { AssetDeclaration, Plan, PlannedAsset, StoreDeclaration } from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import type { BucketBackupArgs, ProtectedBucket } from "./bucket-backup-args.js";
import { bucketPlanIssues, protectedBucketIssues } from "./bucket-backup-rules.js";
import { commonRules } from "./bucket-lifecycle.js";
import { replicate } from "./bucket-replication.js";
import { libraryTags, planOne, regionOf } from "./plan-one.js";

/**
 * The protection of a bucket that an application writes to: every version is kept for the environment's window, so that
 * what was overwritten or deleted can be had again, and S3 copies all of it to other buckets, where it is locked. The
 * bucket itself stays the program's own.
 *
 * @example
 * new BucketBackup("uploads", { environment: "production", bucket: uploads, copies: [{ to: offsite }] });
 */
export class BucketBackup extends pulumi.ComponentResource {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:aws:BucketBackup";

  /** What was decided for this asset. */
  readonly plan: Plan;

  constructor(name: string, args: BucketBackupArgs, opts?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, args: BucketBackupArgs, opts?: pulumi.ComponentResourceOptions, planned?: PlannedAsset);
  constructor(name: string, args: BucketBackupArgs, opts?: pulumi.ComponentResourceOptions, given?: PlannedAsset) {
    super(BucketBackup.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    const alone = given === undefined ? planOne(args.asset ?? name, bucketDeclaration(args), environment) : undefined;
    const planned = given ?? alone?.planned;
    const found = [
      ...issues,
      ...protectedBucketIssues(args, ["environment", "asset"]),
      ...(alone?.issues ?? []),
      ...(planned === undefined ? [] : bucketPlanIssues(planned)),
    ];
    throwOnErrors("aws.BucketBackup", name, found, this);
    if (planned === undefined) throw new Error(`the plan of "${name}" has neither the asset nor an error`);

    this.plan = { environment: environment.name, assets: [planned], unprotected: [], issues: found };
    if (planned.frequency !== "none") {
      const options = {
        parent: this,
        protect: opts?.protect ?? (environment.base === "development" ? undefined : true),
      };
      const versioning = keepVersions(name, args, planned, options);
      const { bucket, region, account, kmsKeyArn, copies = [] } = args;
      if (copies.length > 0) {
        const source = { ...bucket, region, account, kmsKeyArn };
        replicate(name, source, copies, libraryTags(environment, args.tags), options, versioning);
      }
    }
    this.registerOutputs({ plan: this.plan });
  }
}

/** Settings that have no identity but the bucket's name; see BackupBucket. */
function keepVersions(
  name: string,
  { bucket, region, versioning = "managed", lifecycle = "managed" }: ProtectedBucket,
  planned: PlannedAsset,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const target = { bucket: bucket.bucket, region };
  const single = { ...options, deleteBeforeReplace: true };
  const ready =
    versioning === "existing"
      ? []
      : [
          new s3.BucketVersioning(
            `${name}-versioning`,
            { ...target, versioningConfiguration: { status: "Enabled" } },
            single,
          ),
        ];
  if (lifecycle === "managed")
    new s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      {
        ...target,
        rules: [
          {
            id: "keep-versions",
            status: "Enabled",
            filter: { prefix: "" },
            noncurrentVersionExpiration: { noncurrentDays: planned.retention.pitrDays ?? 1 },
          },
          ...commonRules(7),
        ],
      },
      { ...single, dependsOn: ready },
    );
  return ready;
}

/** What the plan needs to know of a bucket: its versions, and the copies that S3 makes. */
export function bucketDeclaration(args: Partial<ProtectedBucket>): AssetDeclaration {
  const own: StoreDeclaration = {
    location: { provider: "aws", account: args.account, region: regionOf(args.region) ?? "default" },
  };
  const copies = (args.copies ?? []).flatMap(({ to }, index) =>
    typeof to === "object" && "declaration" in to
      ? [[`replica-${index + 1}-${to.declaration.location.region}`, to.declaration] as const]
      : [],
  );
  return {
    kind: "object-store",
    mechanisms: ["s3-versions", ...(copies.length === 0 ? [] : ["s3-replication"])],
    // Objects of an application have no manifest that could be signed.
    protection: { signed: false, ...args.protection },
    stores: [],
    serviceCopies: { "s3-versions": own, ...Object.fromEntries(copies) },
    providesPitr: true,
  };
}
