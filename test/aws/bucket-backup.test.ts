// What the protection of an application's bucket registers, and what it refuses. Does not prove that S3 keeps a version or
// makes a copy.
import assert from "node:assert/strict";
import { Provider } from "@pulumi/aws/provider.js";
import * as aws from "../../components/aws/index.js";
import { BackupStrategy } from "../../components/index.js";
import { keys } from "../support/keys.js";
import { record } from "../support/recorder.js";
import { children, identities, inputsOf, problemsOf } from "./support/children.js";

const uploads = { arn: "arn:aws:s3:::uploads", bucket: "uploads" };
const place = (region: string, account?: string) => ({
  arn: `arn:aws:s3:::copy-${region}`,
  declaration: { location: { provider: "aws", region, account }, locks: true },
});
const copies = [
  { to: place("eu-central-1") },
  { to: place("eu-central-1", "111122223333"), storageClass: "GLACIER_IR" },
] as const;
const backup = (args: Partial<aws.BucketBackupArgs> = {}) =>
  new aws.BucketBackup("uploads", { environment: "production", region: "eu-west-1", bucket: uploads, copies, ...args });

describe("aws.BucketBackup", () => {
  it("keeps versions for the environment's window, copies to every bucket, and is protected in production", async () => {
    const all = await record(() => backup());
    assert.deepEqual(identities(all), [
      ["s3.BucketLifecycleConfiguration", "uploads-lifecycle"],
      ["s3.BucketReplicationConfig", "uploads-replication"],
      ["iam.Role", "uploads-replication-role"],
      ["iam.RolePolicy", "uploads-replication-role-policy"],
      ["s3.BucketVersioning", "uploads-versioning"],
    ]);
    assert.ok(children(all).every(({ protect }) => protect));
    const { rules } = inputsOf(all, "s3.BucketLifecycleConfiguration") as { rules: Record<string, unknown>[] };
    assert.deepEqual(
      rules.map(({ id, noncurrentVersionExpiration }) => [id, noncurrentVersionExpiration]),
      [
        ["keep-versions", { noncurrentDays: 90 }],
        ["abort-incomplete-uploads", undefined],
        ["remove-expired-delete-markers", undefined],
      ],
    );
    const { rules: replicas } = inputsOf(all, "s3.BucketReplicationConfig") as {
      rules: { priority: number; destination: Record<string, unknown> }[];
    };
    assert.deepEqual(
      replicas.map(({ priority, destination: { account, storageClass } }) => [priority, account, storageClass]),
      [
        [1, undefined, undefined],
        [2, "111122223333", "GLACIER_IR"],
      ],
    );
  });

  it("leaves settings alone that the program makes itself", async () => {
    const all = await record(() => backup({ versioning: "existing", lifecycle: "existing" }));
    assert.deepEqual(
      identities(all).map(([, name]) => name),
      ["uploads-replication", "uploads-replication-role", "uploads-replication-role-policy"],
    );
  });

  it("is an asset of a strategy with its own versions as the first copy, and passes an explicit provider on", async () => {
    let strategy: BackupStrategy | undefined;
    const all = await record(() => {
      const provider = new Provider("other", { region: "eu-west-1" });
      strategy = new BackupStrategy(
        "platform",
        {
          environment: "production",
          stores: {},
          keys,
          assets: { uploads: aws.bucket({ bucket: uploads, region: "eu-west-1", copies }) },
        },
        { provider },
      );
    });
    const [planned] = strategy!.plan.assets;
    assert.deepEqual(
      [planned!.mechanisms, planned!.copies, planned!.lock?.days],
      [
        ["s3-versions", "s3-replication"],
        [
          { store: "s3-versions", location: "aws/default/eu-west-1" },
          { store: "replica-1-eu-central-1", location: "aws/default/eu-central-1" },
          { store: "replica-2-eu-central-1", location: "aws/111122223333/eu-central-1" },
        ],
        { pitrDays: 30 },
      ],
    );
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
  });

  it("refuses classes, which versions do not have, and everything else wrong at once", async () => {
    assert.deepEqual(await problemsOf(() => backup({ protection: { retention: { daily: "40 days" } } })), [
      'protection.retention must be one window, pitr (S3 keeps every version of an object for a time), got {"daily":40}; write retention: { pitr: "30 days" }',
    ]);
    const wrong = { buckett: uploads, copies: [], versioning: "off", protection: { copies: 1, lock: "none" } };
    assert.deepEqual(await problemsOf(() => backup(wrong as Partial<aws.BucketBackupArgs>)), [
      "args.buckett must be a key that is known (nothing reads other keys), got buckett; write bucket",
      'versioning must be "managed" or "existing", got "off"; correct it',
    ]);
  });
});
