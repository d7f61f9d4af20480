import type { BackupAsset } from "../shared/asset.js";
import { BucketBackup, bucketDeclaration } from "./bucket-backup.js";
import type { ProtectedBucket } from "./bucket-backup-args.js";
import { bucketPlanIssues, protectedBucketIssues } from "./bucket-backup-rules.js";
import { planOne } from "./plan-one.js";

/**
 * A bucket of an application as an asset of a `BackupStrategy`; see {@link BucketBackup}. Versions and copies lie with
 * S3, not in the strategy's stores: `copies` names the buckets, which may be the same BackupBucket.
 *
 * @example
 * bucket({ bucket: uploads, copies: [{ to: offsite }] })
 */
export function bucket(args: ProtectedBucket): BackupAsset {
  const declaration = bucketDeclaration(args);
  return {
    declaration,
    issues: (path, environment) => {
      const { planned } = planOne("bucket", declaration, environment);
      const at = `${path}.`;
      return [...protectedBucketIssues(args, [], at), ...(planned === undefined ? [] : bucketPlanIssues(planned, at))];
    },
    provision: (name, { environment, planned }, options) =>
      new BucketBackup(name, { ...args, environment, asset: planned.name }, options, planned),
  };
}
