// What BackupBucket registers for copies, cold storage, keys and roles, and what it refuses. Does not prove that S3 copies,
// moves or denies anything.
import assert from "node:assert/strict";
import { BackupBucket, type BackupBucketArgs } from "../../components/aws/index.js";
import { record } from "../support/recorder.js";
import { allInputsOf, children, identities, inputsOf, problemsOf } from "./support/children.js";

const bucket = (args: Partial<BackupBucketArgs> = {}) =>
  new BackupBucket("backups", { environment: "production", region: "eu-west-1", ...args });
const offsite = (args: Partial<BackupBucketArgs> = {}) =>
  new BackupBucket("offsite", { environment: "production", region: "eu-central-1", ...args });
const provider = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1";

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string | string[];
  readonly Condition?: Record<string, unknown>;
}
const statements = (policy: unknown) => (JSON.parse(String(policy)) as { Statement: Statement[] }).Statement;

describe("aws.BackupBucket, beyond one bucket", () => {
  it("copies to a bucket elsewhere with a role that cannot delete, and lets nothing that hides an object through", async () => {
    const all = await record(() => bucket({ replication: { to: offsite(), timeControl: true } }));
    const own = identities(all).filter(([, name]) => name!.startsWith("backups-replication"));
    assert.deepEqual(own, [
      ["s3.BucketReplicationConfig", "backups-replication"],
      ["iam.Role", "backups-replication-role"],
      ["iam.RolePolicy", "backups-replication-role-policy"],
    ]);
    const { rules, region } = inputsOf(all, "s3.BucketReplicationConfig") as { rules: object[]; region: string };
    assert.equal(region, "eu-west-1");
    const within = { minutes: 15 };
    const [{ destination, ...rule }] = rules as [{ destination: object }];
    assert.deepEqual(rule, {
      id: "everything-1",
      priority: 1,
      status: "Enabled",
      filter: { prefix: "" },
      deleteMarkerReplication: { status: "Disabled" },
    });
    assert.deepEqual(destination, {
      replicationTime: { status: "Enabled", time: within },
      metrics: { status: "Enabled", eventThreshold: within },
    });
    const actions = statements(inputsOf(all, "iam.RolePolicy")["policy"]).flatMap(({ Action }) => Action);
    assert.ok(actions.includes("s3:GetObjectRetention"));
    assert.ok(!actions.some((action) => /Delete/.test(action)), actions.join(" "));
  });

  it("copies what a key encrypts with the other bucket's own key, and hands it over to another account", async () => {
    const all = await record(() =>
      bucket({
        ownKey: true,
        account: "111122223333",
        replication: { to: offsite({ ownKey: true, account: "444455556666", replicasFromAccounts: ["111122223333"] }) },
      }),
    );
    const { rules } = inputsOf(all, "s3.BucketReplicationConfig") as { rules: Record<string, object>[] };
    assert.deepEqual(rules[0]!["sourceSelectionCriteria"], { sseKmsEncryptedObjects: { status: "Enabled" } });
    const { account, accessControlTranslation } = rules[0]!["destination"] as Record<string, unknown>;
    assert.deepEqual([account, accessControlTranslation], ["444455556666", { owner: "Destination" }]);
    const keys = allInputsOf(all, "kms.Key");
    assert.deepEqual(
      Object.entries(keys).map(([name, { region, enableKeyRotation, deletionWindowInDays }]) => [
        name,
        region,
        enableKeyRotation,
        deletionWindowInDays,
      ]),
      [
        ["offsite-key", "eu-central-1", true, 30],
        ["backups-key", "eu-west-1", true, 30],
      ],
    );
    const policy = statements(allInputsOf(all, "s3.BucketPolicy")["offsite-policy"]!["policy"]);
    assert.deepEqual(
      policy.filter(({ Effect }) => Effect === "Allow").map(({ Action }) => Action),
      [
        ["s3:ReplicateObject", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"],
        ["s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration"],
      ],
    );
  });

  it("keeps the key of a compliance lock even in development", async () => {
    const all = await record(() =>
      bucket({
        environment: "development",
        ownKey: true,
        lock: { period: "7 days", mode: "compliance", acknowledgeIrreversible: true },
      }),
    );
    assert.deepEqual(
      children(all)
        .filter(({ protect }) => protect)
        .map(({ name }) => name),
      ["backups-key"],
    );
  });

  it("moves only retentions that pay for the shortest stay, and nothing as small as a manifest", async () => {
    const cold = async (args: Partial<BackupBucketArgs>) => {
      const { rules } = inputsOf(await record(() => bucket(args)), "s3.BucketLifecycleConfiguration") as {
        rules: { id: string; filter: object; transitions?: object[] }[];
      };
      return rules.filter(({ transitions }) => transitions !== undefined);
    };
    const filter = (days: string) => ({
      and: { tags: { "backup-tiers-keep-days": days }, objectSizeGreaterThan: 131_072 },
    });
    assert.deepEqual(await cold({}), []);
    assert.deepEqual(await cold({ coldStorage: { after: "10 days" }, expireAfterDays: [99, 100] }), [
      {
        id: "cold-storage-of-100-days",
        status: "Enabled",
        filter: filter("100"),
        transitions: [{ days: 10, storageClass: "GLACIER_IR" }],
      },
      {
        id: "cold-storage-of-366-days",
        status: "Enabled",
        filter: filter("366"),
        transitions: [{ days: 10, storageClass: "GLACIER_IR" }],
      },
    ]);
  });

  it("makes a role that adds and one that reads, each for its own prefix and its own service accounts", async () => {
    const all = await record(() =>
      bucket({
        prefix: "shop/",
        writers: {
          serviceAccounts: { providerArn: provider, names: ["shop/backup"] },
          podIdentityClusterArns: ["arn:aws:eks:eu-west-1:123456789012:cluster/main"],
        },
        readers: { principalArns: ["arn:aws:iam::123456789012:role/restore"] },
      }),
    );
    const roles = allInputsOf(all, "iam.Role");
    assert.deepEqual(Object.keys(roles), ["backups-reader-role", "backups-writer-role"]);
    const [accounts, pods] = statements(roles["backups-writer-role"]!["assumeRolePolicy"]);
    assert.deepEqual(accounts!.Condition, {
      StringEquals: {
        "oidc.eks.eu-west-1.amazonaws.com/id/A1:sub": ["system:serviceaccount:shop:backup"],
        "oidc.eks.eu-west-1.amazonaws.com/id/A1:aud": "sts.amazonaws.com",
      },
    });
    assert.deepEqual(pods!.Action, ["sts:AssumeRole", "sts:TagSession"]);
    const policies = allInputsOf(all, "iam.RolePolicy");
    const writer = statements(policies["backups-writer-role-policy"]!["policy"]);
    const allowed = (action: string) =>
      writer
        .filter(({ Effect, Action }) => Effect === "Allow" && Action.includes(action))
        .map(({ Resource }) => Resource);
    assert.match(String(allowed("s3:PutObject")[0]), /\/shop\/\*$/);
    assert.ok((allowed("s3:GetObject") as string[][])[0]!.every((resource) => /\.(json|minisig)$/.test(resource)));
    assert.ok(writer.at(-1)!.Effect === "Deny" && writer.at(-1)!.Action.includes("s3:DeleteObjectVersion"));
    const reader = statements(policies["backups-reader-role-policy"]!["policy"]).flatMap(({ Action }) => Action);
    assert.ok(!reader.some((action) => /Put|Delete/.test(action)), reader.join(" "));
  });

  it("adds to a role that exists, so that one job can write to two buckets", async () => {
    const all = await record(() => {
      const primary = bucket({ writers: { principalArns: ["arn:aws:iam::123456789012:role/job"] } });
      offsite({ writers: { roleName: primary.writerRoleName } });
    });
    assert.deepEqual(Object.keys(allInputsOf(all, "iam.Role")), ["backups-writer-role"]);
    assert.deepEqual(Object.keys(allInputsOf(all, "iam.RolePolicy")).sort(), [
      "backups-writer-role-policy",
      "offsite-writer-policy",
    ]);
  });

  it("logs accesses to another bucket under its own name", async () => {
    const all = await record(() => bucket({ accessLogBucket: "access-logs" }));
    const { targetBucket, targetPrefix } = inputsOf(all, "s3.BucketLogging");
    assert.deepEqual(
      [targetBucket, targetPrefix],
      ["access-logs", `${String(inputsOf(all, "s3.BucketLogging")["bucket"])}/`],
    );
  });

  describe("refuses", () => {
    const near = {
      arn: "arn:aws:s3:::near",
      declaration: { location: { provider: "aws", region: "eu-west-1" }, locks: true },
    };
    const far = {
      arn: "arn:aws:s3:::far",
      declaration: { location: { provider: "aws", region: "eu-central-1" }, locks: true },
    };
    const cases: readonly [string, Record<string, unknown>, Record<string, unknown>, string][] = [
      [
        "a copy in the same place",
        { replication: { to: near } },
        { replication: { to: far } },
        'replication.to must lie in another region or account (two copies in one place are lost together), got "aws/default/eu-west-1"; name a bucket elsewhere',
      ],
      [
        "an account without a number",
        {
          replication: {
            to: { ...near, declaration: { location: { ...near.declaration.location, account: "safe" }, locks: true } },
          },
        },
        {
          replication: {
            to: {
              ...near,
              declaration: { location: { ...near.declaration.location, account: "111122223333" }, locks: true },
            },
          },
        },
        "replication.to.account must be an account of 12 digits where it is another one (S3 replication), got \"safe\"; write the account's number into the bucket's account",
      ],
      [
        "a copy without a lock",
        { replication: { to: { ...far, declaration: { ...far.declaration, locks: false } } } },
        { replication: { to: far } },
        "replication.to must have Object Lock as the bucket that it copies has (S3 replication), got false; use an aws.BackupBucket",
      ],
      [
        "a copy of what a key encrypts without a key",
        { ownKey: true, replication: { to: far } },
        { ownKey: true, replication: { to: { ...far, kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/k" } } },
        "replication.to.kmsKeyArn must be given for objects that a KMS key encrypts (S3 replication leaves them out without it), got nothing; give the other bucket ownKey: true or a key",
      ],
      [
        "a copy's key of another region",
        { replication: { to: { ...far, kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/k" } } },
        { replication: { to: { ...far, kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/k" } } },
        'replication.to.kmsKeyArn must be a key of eu-central-1 (S3), got "arn:aws:kms:eu-west-1:123456789012:key/k"; name one of that region',
      ],
      [
        "a storage class that S3 does not have",
        { replication: { to: far, storageClass: "COLD" } },
        { replication: { to: far, storageClass: "DEEP_ARCHIVE" } },
        'replication.storageClass must be STANDARD_IA, GLACIER_IR, GLACIER or DEEP_ARCHIVE (S3 storage classes), got "COLD"; correct it',
      ],
      [
        "cold storage that does not pay",
        { environment: "staging", coldStorage: { after: "10 days" }, expireAfterDays: [99] },
        { environment: "staging", coldStorage: { after: "10 days" }, expireAfterDays: [100] },
        'coldStorage.after must leave a retention at least 90 days in GLACIER_IR (it bills as many in any case), got "10 days"; leave it out, or move earlier',
      ],
      [
        "cold storage in the deepest class",
        {
          environment: "staging",
          coldStorage: { after: "10 days", storageClass: "DEEP_ARCHIVE" },
          expireAfterDays: [189],
        },
        {
          environment: "staging",
          coldStorage: { after: "10 days", storageClass: "DEEP_ARCHIVE" },
          expireAfterDays: [190],
        },
        'coldStorage.after must leave a retention at least 180 days in DEEP_ARCHIVE (it bills as many in any case), got "10 days"; leave it out, or move earlier',
      ],
      [
        "any service account",
        { writers: { serviceAccounts: { providerArn: provider, names: ["shop/*"] } } },
        { writers: { serviceAccounts: { providerArn: provider, names: ["shop/backup"] } } },
        'writers.serviceAccounts.names[0] must be <namespace>/<service account>, without * (any pod of the cluster could assume the role), got "shop/*"; name each one',
      ],
      [
        "an issuer with its scheme",
        { writers: { serviceAccounts: { providerArn: "https://oidc.eks/id/A1", names: ["shop/backup"] } } },
        { writers: { serviceAccounts: { providerArn: provider, names: ["shop/backup"] } } },
        'writers.serviceAccounts.providerArn must be the ARN of an OIDC provider (IAM roles for service accounts), got "https://oidc.eks/id/A1"; write arn:aws:iam::<account>:oidc-provider/<issuer without https://>',
      ],
      [
        "a role for nobody",
        { readers: {} },
        { readers: { principalArns: ["arn:aws:iam::123456789012:root"] } },
        "readers must name who may assume the role (IAM), got {}; name a principal or a service account",
      ],
      [
        "an account of 11 digits",
        { replicasFromAccounts: ["12345678901"] },
        { replicasFromAccounts: ["123456789012"] },
        'replicasFromAccounts[0] must be an account of 12 digits (IAM), got "12345678901"; write the account\'s number',
      ],
      [
        "two keys",
        { ownKey: true, kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/k" },
        { kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/k" },
        "ownKey must be left out where kmsKeyArn is given, got true; decide for one of the two",
      ],
      [
        "a misspelt key of a copy",
        { replication: { to: far, timeControll: true } },
        { replication: { to: far, timeControl: true } },
        "replication.timeControll must be a key that is known (nothing reads other keys), got timeControll; write timeControl",
      ],
    ];
    for (const [title, wrong, right, message] of cases)
      it(title, async () => {
        assert.deepEqual(await problemsOf(() => bucket(wrong)), [message]);
        assert.deepEqual(await problemsOf(() => bucket(right)), []);
      });
  });
});
