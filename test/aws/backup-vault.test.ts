// What the component registers, and what it refuses. Does not prove that AWS Backup accepts or enforces it.
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws/provider.js";
import { BackupVault, type BackupVaultArgs } from "../../components/aws/index.js";
import { record } from "../support/recorder.js";
import { allInputsOf, children, identities, inputsOf, problemsOf } from "./support/children.js";

const role = "arn:aws:iam::123456789012:role/deployer";
const vault = (args: Partial<BackupVaultArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new BackupVault(
    "vault",
    { environment: "production", region: "eu-west-1", breakGlassRoleArns: [role], ...args },
    opts,
  );
const problems = (args: Record<string, unknown>) => problemsOf(() => vault(args));
const compliance = {
  mode: "compliance",
  changeableForDays: 3,
  acknowledgeIrreversible: true,
  maxRetentionDays: 400,
} as const;

describe("aws.BackupVault", () => {
  it("registers the vault, its key, lock and policy, in its region, protected in production only", async () => {
    const all = await record(() => vault());
    assert.deepEqual(identities(all), [
      ["backup.Vault", "vault"],
      ["kms.Key", "vault-key"],
      ["backup.VaultLockConfiguration", "vault-lock"],
      ["backup.VaultPolicy", "vault-policy"],
    ]);
    for (const child of children(all))
      assert.deepEqual([child.inputs["region"], child.protect], ["eu-west-1", true], child.name);
    assert.deepEqual(
      [inputsOf(all, "backup.Vault")["forceDestroy"], inputsOf(all, "kms.Key")["deletionWindowInDays"]],
      [false, 30],
    );

    const development = await record(() => vault({ environment: "development" }));
    assert.deepEqual(
      identities(development).map(([, name]) => name),
      ["vault", "vault-key", "vault-policy"],
    );
    assert.ok(children(development).every(({ protect }) => !protect));
    assert.deepEqual(
      [inputsOf(development, "backup.Vault")["forceDestroy"], inputsOf(development, "kms.Key")["deletionWindowInDays"]],
      [true, 7],
    );
  });

  it("locks by governance from one day on, and by compliance only with both settings", async () => {
    const lock = async (args: Partial<BackupVaultArgs>) => {
      const { minRetentionDays, maxRetentionDays, changeableForDays } = inputsOf(
        await record(() => vault(args)),
        "backup.VaultLockConfiguration",
      );
      return [minRetentionDays, maxRetentionDays, changeableForDays];
    };
    assert.deepEqual(await lock({}), [1, undefined, undefined]);
    assert.deepEqual(await lock({ lock: { minRetentionDays: 7, maxRetentionDays: 7 } }), [7, 7, undefined]);
    assert.deepEqual(await lock({ lock: compliance }), [1, 400, 3]);
    const open = await record(() => vault({ lock: "none" }));
    assert.deepEqual(allInputsOf(open, "backup.VaultLockConfiguration"), {});
  });

  it("protects the key of a compliance lock even in development", async () => {
    const all = await record(() => vault({ environment: "development", lock: compliance }));
    assert.deepEqual(
      children(all)
        .filter(({ protect }) => protect)
        .map(({ name }) => name),
      ["vault-key"],
    );
  });

  it("leaves deletion to the named roles, and copies to the organization", async () => {
    const all = await record(() => vault({ copiesFromOrganization: "o-a1b2c3d4e5" }));
    const { Statement } = JSON.parse(String(inputsOf(all, "backup.VaultPolicy")["policy"])) as {
      Statement: { Sid: string; Effect: string; Action: string | string[]; Condition: unknown }[];
    };
    assert.deepEqual(
      Statement.map(({ Sid, Effect, Condition }) => ({ Sid, Effect, Condition })),
      [
        {
          Sid: "DenyDestructive",
          Effect: "Deny",
          Condition: { ArnNotLike: { "aws:PrincipalArn": [role] } },
        },
        {
          Sid: "AllowCopiesOfTheOrganization",
          Effect: "Allow",
          Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } },
        },
      ],
    );
    assert.ok(Statement[0]!.Action.includes("backup:DeleteRecoveryPoint"));
  });

  it("makes an air-gapped vault and notifications where they are asked for", async () => {
    const all = await record(() =>
      vault({
        kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/k",
        airGapped: { minRetentionDays: 7, maxRetentionDays: 7, acknowledgeIrreversible: true },
        notificationTopicArn: "arn:aws:sns:eu-west-1:123456789012:alarms",
      }),
    );
    assert.deepEqual(
      identities(all).map(([type, name]) => `${type!} ${name!}`),
      [
        "backup.Vault vault",
        "backup.LogicallyAirGappedVault vault-air-gapped",
        "backup.VaultLockConfiguration vault-lock",
        "backup.VaultNotifications vault-notifications",
        "backup.VaultPolicy vault-policy",
      ],
    );
    assert.equal(inputsOf(all, "backup.Vault")["kmsKeyArn"], "arn:aws:kms:eu-west-1:123456789012:key/k");
    assert.ok(
      (inputsOf(all, "backup.VaultNotifications")["backupVaultEvents"] as string[]).includes("BACKUP_JOB_EXPIRED"),
    );
  });

  it("passes an explicit provider to every child, two do not clash, and a long name fits", async () => {
    const long = "a-vault-with-a-name-of-more-than-forty-two-letters";
    const all = await record(() => {
      const provider = new Provider("other", { region: "eu-west-1" });
      vault({}, { provider });
      new BackupVault(long, { environment: "staging", breakGlassRoleArns: [role] }, { provider });
    });
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
    assert.equal(new Set(children(all).map(({ type, name }) => `${type} ${name}`)).size, children(all).length);
    const names = allInputsOf(all, "backup.Vault");
    assert.equal(names["vault"]!["name"], undefined);
    const name = String(names[long]!["name"]);
    assert.match(name, /^a-vault-with-a-name-of-more-than-forty-two-[0-9a-f]{7}$/);
    assert.equal(name.length, 50);
    const other = await record(() => new BackupVault(long, { environment: "staging" }), "another-stack");
    assert.notEqual(allInputsOf(other, "backup.Vault")[long]!["name"], name, "two stacks of one account stay apart");
  });

  describe("refuses", () => {
    const cases: readonly [string, Record<string, unknown>, Record<string, unknown>, string][] = [
      [
        "a name of 51 letters",
        { vaultName: "v".repeat(51) },
        { vaultName: "v".repeat(50) },
        `vaultName must be 2 to 50 letters, digits, dashes and underscores (AWS Backup), got "${"v".repeat(51)}"; leave it out for a name of the provider's`,
      ],
      [
        "a retention of 0 days",
        { lock: { minRetentionDays: 0 } },
        { lock: { minRetentionDays: 1 } },
        "lock.minRetentionDays must be 1 to 36500 whole days (AWS Backup Vault Lock), got 0; correct it",
      ],
      [
        "a longest below the shortest",
        { lock: { minRetentionDays: 30, maxRetentionDays: 29 } },
        { lock: { minRetentionDays: 30, maxRetentionDays: 30 } },
        "lock.maxRetentionDays must be 30 to 36500 whole days (AWS Backup Vault Lock), got 29; correct it",
      ],
      [
        "a grace of 2 days",
        { lock: { ...compliance, changeableForDays: 2 } },
        { lock: compliance },
        "lock.changeableForDays must be 3 to 36500 whole days for compliance (AWS Backup Vault Lock), got 2; say how long the lock can still be taken back",
      ],
      [
        "a grace for governance",
        { lock: { changeableForDays: 3 } },
        { lock: {} },
        'lock.changeableForDays must be left out for governance (AWS Backup makes any lock with it a compliance lock), got 3; leave it out, or set mode: "compliance"',
      ],
      [
        "compliance by one setting",
        { lock: { ...compliance, acknowledgeIrreversible: false } },
        { lock: compliance },
        'lock.acknowledgeIrreversible must be true for compliance mode (nobody, not even AWS, can lift the lock), got false; set it, or use mode: "governance"',
      ],
      [
        "compliance without a bound",
        { lock: { ...compliance, maxRetentionDays: undefined } },
        { lock: compliance },
        "lock.maxRetentionDays must be given for compliance (what nobody can delete is paid for to its end), got nothing; write the longest retention that you would pay for",
      ],
      [
        "an air-gapped vault below 7 days",
        { airGapped: { minRetentionDays: 6, maxRetentionDays: 30, acknowledgeIrreversible: true } },
        { airGapped: { minRetentionDays: 7, maxRetentionDays: 30, acknowledgeIrreversible: true } },
        "airGapped.minRetentionDays must be 7 to 36500 whole days (AWS Backup air-gapped vault), got 6; correct it",
      ],
      [
        "an air-gapped vault by accident",
        { airGapped: { minRetentionDays: 7, maxRetentionDays: 30, acknowledgeIrreversible: false } },
        { airGapped: { minRetentionDays: 7, maxRetentionDays: 30, acknowledgeIrreversible: true } },
        "airGapped.acknowledgeIrreversible must be true (the vault is a compliance lock from its first moment), got false; set it, or leave airGapped out",
      ],
      [
        "a policy without an exception",
        { breakGlassRoleArns: [] },
        { breakGlassRoleArns: [role] },
        "breakGlassRoleArns must name at least one role (a policy without an exception locks out its own deployer), got []; name a role or leave it out",
      ],
      [
        "an exception that is no role",
        { breakGlassRoleArns: ["deployer"] },
        { breakGlassRoleArns: [role] },
        'breakGlassRoleArns[0] must be the ARN of a role (IAM), got "deployer"; write arn:aws:iam::<account>:role/<name>',
      ],
      [
        "what is no organization",
        { copiesFromOrganization: "o-short" },
        { copiesFromOrganization: "o-a1b2c3d4e5" },
        'copiesFromOrganization must be the id of an organization (AWS Organizations), got "o-short"; write for example "o-a1b2c3d4e5"',
      ],
      [
        "a FIFO topic",
        { notificationTopicArn: "arn:aws:sns:eu-west-1:123456789012:alarms.fifo" },
        { notificationTopicArn: "arn:aws:sns:eu-west-1:123456789012:alarms" },
        'notificationTopicArn must be a standard SNS topic of the vault\'s region (AWS Backup), got "arn:aws:sns:eu-west-1:123456789012:alarms.fifo"; name such a topic',
      ],
      [
        "a key's alias",
        { kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:alias/k" },
        { kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/k" },
        'kmsKeyArn must be the ARN of a KMS key of the vault\'s region, no alias (AWS Backup), got "arn:aws:kms:eu-west-1:123456789012:alias/k"; write arn:aws:kms:<region>:<account>:key/<id>',
      ],
      [
        "a misspelt word",
        { lock: { minRetentonDays: 1 } },
        { lock: { minRetentionDays: 1 } },
        "lock.minRetentonDays must be a key that is known (nothing reads other keys), got minRetentonDays; write minRetentionDays",
      ],
    ];
    for (const [title, wrong, right, text] of cases)
      it(title, async () => {
        assert.deepEqual(await problems(wrong), [text]);
        assert.deepEqual(await problems(right), []);
      });
  });
});
