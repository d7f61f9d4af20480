import { type Handler, type Inputs, pick, type Resource, without } from "./aws-handler.js";

interface Version {
  readonly Key: string;
  readonly VersionId: string;
}

/** A setting of a bucket that is a resource of its own; its only identity is the bucket's name. */
function setting(name: string, write: (inputs: Inputs) => Inputs, clear?: Handler["remove"]): Handler {
  const put = ({ send, inputs }: Resource) => send(`s3.Put${name}`, { bucket: inputs["bucket"], ...write(inputs) });
  return {
    replaceOn: ["bucket", "region"],
    create: async (one) => {
      await put(one);
      return { id: String(one.inputs["bucket"]) };
    },
    update: put,
    remove: clear ?? (({ send, id }) => send(`s3.Delete${name.replace("Configuration", "")}`, { bucket: id })),
    find: ({ send, id }) => send(`s3.Get${name}`, { bucket: id }),
  };
}

const document = (name: string) => (inputs: Inputs) => ({ [name]: without(inputs, "bucket") });

/** Deletes every version, locked by governance or not, as the provider's `forceDestroy` does. */
async function empty({ send, id }: Resource): Promise<void> {
  const { Versions = [], DeleteMarkers = [] } = (await send("s3.ListObjectVersions", { bucket: id })) as {
    Versions?: Version[];
    DeleteMarkers?: Version[];
  };
  for (const { Key, VersionId } of [...Versions, ...DeleteMarkers])
    await send("s3.DeleteObject", { bucket: id, key: Key, versionId: VersionId, bypassGovernanceRetention: true });
}

/** Buckets and their settings. */
export const s3Handlers: Readonly<Record<string, Handler>> = {
  "aws:s3/bucket:Bucket": {
    autoName: ["bucket", 63],
    replaceOn: ["bucket", "region", "objectLockEnabled"],
    create: async ({ send, region, inputs }) => {
      const bucket = String(inputs["bucket"]);
      await send("s3.CreateBucket", {
        bucket,
        objectLockEnabledForBucket: inputs["objectLockEnabled"],
        createBucketConfiguration: region === "us-east-1" ? undefined : { locationConstraint: region },
      });
      if (inputs["tags"] !== undefined)
        await send("s3.PutBucketTagging", { bucket, tagging: { tagSet: inputs["tags"] } });
      return { id: bucket, outs: { arn: `arn:aws:s3:::${bucket}`, region } };
    },
    update: ({ send, id, inputs }) => send("s3.PutBucketTagging", { bucket: id, tagging: { tagSet: inputs["tags"] } }),
    remove: async (one) => {
      if (one.state["forceDestroy"] === true) await empty(one);
      await one.send("s3.DeleteBucket", { bucket: one.id });
    },
    find: ({ send, id }) => send("s3.HeadBucket", { bucket: id }),
  },
  "aws:s3/bucketVersioning:BucketVersioning": setting(
    "BucketVersioning",
    (inputs) => pick(inputs, ["versioningConfiguration"]),
    // Under Object Lock versioning cannot be suspended; the provider leaves it as it is.
    () => Promise.resolve(),
  ),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": setting(
    "ObjectLockConfiguration",
    document("objectLockConfiguration"),
    ({ send, id }) =>
      send("s3.PutObjectLockConfiguration", {
        bucket: id,
        objectLockConfiguration: { objectLockEnabled: "Enabled" },
      }),
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting(
    "BucketEncryption",
    document("serverSideEncryptionConfiguration"),
  ),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting("BucketOwnershipControls", ({ rule }) => ({
    ownershipControls: { rules: [rule] },
  })),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting(
    "PublicAccessBlock",
    document("publicAccessBlockConfiguration"),
  ),
  "aws:s3/bucketPolicy:BucketPolicy": setting("BucketPolicy", (inputs) => pick(inputs, ["policy"])),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting(
    "BucketLifecycleConfiguration",
    (inputs) => ({
      ...pick(inputs, ["transitionDefaultMinimumObjectSize"]),
      lifecycleConfiguration: pick(inputs, ["rules"]),
    }),
    ({ send, id }) => send("s3.DeleteBucketLifecycle", { bucket: id }),
  ),
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": setting(
    "BucketReplication",
    document("replicationConfiguration"),
  ),
  "aws:s3/bucketLogging:BucketLogging": setting(
    "BucketLogging",
    (inputs) => ({ bucketLoggingStatus: { loggingEnabled: without(inputs, "bucket") } }),
    ({ send, id }) => send("s3.PutBucketLogging", { bucket: id, bucketLoggingStatus: {} }),
  ),
};
