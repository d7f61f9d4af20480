// What a bucket for state registers, and what it refuses. Does not prove that S3 keeps a version or makes a copy.
import assert from "node:assert/strict";
import { Provider } from "@pulumi/aws/provider.js";
import { StateBucket, type StateBucketArgs } from "../../components/aws/index.js";
import { record } from "../support/recorder.js";
import { children, identities, inputsOf, problemsOf } from "./support/children.js";

const far = {
  arn: "arn:aws:s3:::far",
  declaration: { location: { provider: "aws", region: "eu-central-1" }, locks: true },
  kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/k",
};
const state = (args: Partial<StateBucketArgs> = {}) =>
  new StateBucket("state", { environment: "development", region: "eu-west-1", ...args });

describe("aws.StateBucket", () => {
  it("keeps every version for ever, encrypted and private, and is protected even in development", async () => {
    const all = await record(() => state({ ownKey: true, copy: { to: far } }));
    assert.deepEqual(
      identities(all).map(([type, name]) => `${type!} ${name!}`),
      [
        "s3.Bucket state",
        "s3.BucketServerSideEncryptionConfiguration state-encryption",
        "kms.Key state-key",
        "s3.BucketLifecycleConfiguration state-lifecycle",
        "s3.BucketOwnershipControls state-ownership",
        "s3.BucketPolicy state-policy",
        "s3.BucketPublicAccessBlock state-public-access",
        "s3.BucketReplicationConfig state-replication",
        "iam.Role state-replication-role",
        "iam.RolePolicy state-replication-role-policy",
        "s3.BucketVersioning state-versioning",
      ],
    );
    assert.ok(children(all).every(({ protect }) => protect));
    assert.equal(inputsOf(all, "s3.Bucket")["forceDestroy"], false);
    const { rules } = inputsOf(all, "s3.BucketLifecycleConfiguration") as { rules: { id: string }[] };
    assert.deepEqual(
      rules.map(({ id }) => id),
      ["abort-incomplete-uploads", "remove-expired-delete-markers"],
    );
  });

  it("takes a bucket that exists, drops versions after a time where asked, and passes an explicit provider on", async () => {
    const all = await record(() => {
      const provider = new Provider("other", { region: "eu-west-1" });
      const existing = { arn: "arn:aws:s3:::poc-idp-tfstate", bucket: "poc-idp-tfstate" };
      new StateBucket("state", { environment: "production", existing, keepVersions: "90 days" }, { provider });
    });
    assert.ok(!identities(all).some(([type]) => type === "s3.Bucket"));
    assert.deepEqual([...new Set(children(all).map(({ inputs }) => inputs["bucket"]))], ["poc-idp-tfstate"]);
    const { rules } = inputsOf(all, "s3.BucketLifecycleConfiguration") as { rules: Record<string, unknown>[] };
    assert.deepEqual(rules[0]!["noncurrentVersionExpiration"], { noncurrentDays: 90 });
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
  });

  it("refuses everything wrong at once", async () => {
    const wrong = {
      keepVersion: "1 day",
      keepVersions: "long",
      existing: { arn: "arn:aws:s3:::a", bucket: "a" },
      bucketName: "b",
      ownKey: true,
      copy: { to: { ...far, kmsKeyArn: undefined } },
    };
    assert.deepEqual(await problemsOf(() => state(wrong as unknown as Partial<StateBucketArgs>)), [
      "args.keepVersion must be a key that is known (nothing reads other keys), got keepVersion; write keepVersions",
      'keepVersions must be a length of time or "forever", got "long"; write "1 year"',
      'bucketName must be left out for an existing bucket, got "b"; decide for one',
      "copy.to.kmsKeyArn must be given for objects that a KMS key encrypts (S3 replication leaves them out without it), got nothing; give the other bucket ownKey: true or a key",
    ]);
  });
});
