// What the component registers. Does not prove that S3 accepts or enforces it.
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { BackupBucket, type BackupBucketArgs } from "../../components/aws/index.js";
import { defineEnvironment } from "../../components/index.js";
import { record, type Registration } from "../support/recorder.js";

const inputs = (all: readonly Registration[], type: string) => {
  const found = all.filter((registration) => registration.type === `aws:s3/${type}`);
  assert.equal(found.length, 1, type);
  return found[0]!.inputs;
};
const bucket = (args: Partial<BackupBucketArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new BackupBucket("backups", { environment: "production", region: "eu-west-1", ...args }, opts);

describe("aws.BackupBucket", () => {
  it("registers the bucket and each of its settings once, in its region, protected in production", async () => {
    const all = await record(() => bucket());
    const children = all.filter(({ type }) => type.startsWith("aws:"));
    assert.deepEqual(children.map(({ type, name }) => [type.slice("aws:s3/".length), name]).sort(), [
      ["bucket:Bucket", "backups"],
      ["bucketLifecycleConfiguration:BucketLifecycleConfiguration", "backups-lifecycle"],
      ["bucketObjectLockConfiguration:BucketObjectLockConfiguration", "backups-lock"],
      ["bucketOwnershipControls:BucketOwnershipControls", "backups-ownership"],
      ["bucketPolicy:BucketPolicy", "backups-policy"],
      ["bucketPublicAccessBlock:BucketPublicAccessBlock", "backups-public-access"],
      ["bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "backups-encryption"],
      ["bucketVersioning:BucketVersioning", "backups-versioning"],
    ]);
    for (const child of children)
      assert.deepEqual([child.inputs["region"], child.protect], ["eu-west-1", true], child.name);
  });

  it("locks by governance for the environment's time, and by compliance only on two settings", async () => {
    const lock = async (args: Partial<BackupBucketArgs>) =>
      inputs(await record(() => bucket(args)), "bucketObjectLockConfiguration:BucketObjectLockConfiguration")["rule"];
    assert.deepEqual(await lock({}), { defaultRetention: { mode: "GOVERNANCE", days: 30 } });
    assert.deepEqual(await lock({ lock: "none" }), undefined);
    assert.deepEqual(await lock({ lock: { period: "7 days", mode: "compliance", acknowledgeIrreversible: true } }), {
      defaultRetention: { mode: "COMPLIANCE", days: 7 },
    });
    await assert.rejects(
      lock({ lock: { period: "7 days", mode: "compliance" } }),
      /lock\.acknowledgeIrreversible must be true/,
    );
  });

  it("expires by a rule for every age of the environment's matrix and of its own list", async () => {
    const environment = defineEnvironment({
      name: "archive",
      extends: "production",
      protection: { postgres: { retention: { daily: "45 days" } } },
    });
    const all = await record(() => bucket({ environment, expireAfterDays: [99] }));
    const { rules } = inputs(all, "bucketLifecycleConfiguration:BucketLifecycleConfiguration") as {
      rules: { id: string; expiration?: object; noncurrentVersionExpiration?: object }[];
    };
    assert.deepEqual(
      rules.map(({ id }) => id),
      [
        "expire-after-1-days",
        "expire-after-7-days",
        "expire-after-28-days",
        "expire-after-30-days",
        "expire-after-45-days",
        "expire-after-99-days",
        "abort-incomplete-uploads",
        "remove-expired-delete-markers",
      ],
    );
    assert.deepEqual(rules[4], {
      id: "expire-after-45-days",
      status: "Enabled",
      filter: { tag: { key: "backup-tiers-keep-days", value: "45" } },
      expiration: { days: 45 },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
    });
  });

  it("denies plain HTTP, old TLS and foreign encryption, and blocks public access", async () => {
    const all = await record(() => bucket({ kmsKeyArn: "arn:aws:kms:eu-west-1:1:key/k" }));
    const policy = JSON.parse(String(inputs(all, "bucketPolicy:BucketPolicy")["policy"])) as {
      Statement: { Sid: string; Effect: string }[];
    };
    assert.deepEqual(
      policy.Statement.map(({ Sid, Effect }) => `${Effect} ${Sid}`),
      ["Deny DenyInsecureTransport", "Deny DenyOldTls", "Deny DenyOtherEncryption", "Deny DenyOtherKey"],
    );
    const { bucket: name, region, ...flags } = inputs(all, "bucketPublicAccessBlock:BucketPublicAccessBlock");
    assert.ok(name !== "" && region !== "");
    assert.deepEqual(flags, {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
  });

  it("empties itself in development only", async () => {
    const force = async (environment: "development" | "staging" | "production") => {
      const [child] = (await record(() => bucket({ environment }))).filter(
        ({ type }) => type === "aws:s3/bucket:Bucket",
      );
      return [child!.inputs["forceDestroy"], child!.protect];
    };
    assert.deepEqual(
      [await force("development"), await force("staging"), await force("production")],
      [
        [true, false],
        [false, true],
        [false, true],
      ],
    );
  });

  it("reports every wrong argument in one error", async () => {
    const wrong = {
      regoin: "eu-west-1",
      bucketName: "Bad_Name",
      expireAfterDays: [0, 1.5],
      lock: { perod: "1 day", period: "1 dya", mode: "Compliance" },
    } as unknown as BackupBucketArgs;
    await assert.rejects(
      record(() => bucket(wrong)),
      (error: Error) => {
        for (const part of [
          /has 7 problems/,
          /regoin/,
          /bucketName/,
          /expireAfterDays must be whole days from 1 \(S3 Lifecycle\), got 0/,
          /got 1\.5/,
          /perod/,
          /1 dya/,
          /"Compliance"/,
        ])
          assert.match(error.message, part);
        return true;
      },
    );
  });
});
