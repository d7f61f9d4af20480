// What the component registers, and what it refuses. Does not prove that AWS Backup accepts it or runs its jobs.
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { Provider } from "@pulumi/aws/provider.js";
import {
  BackupPlan,
  type BackupPlanArgs,
  BackupVault,
  type BackupVaultTarget,
  resources,
} from "../../components/aws/index.js";
import { BackupStrategy, defineEnvironment } from "../../components/index.js";
import { planTiers, shortestDistance, startWindowOf } from "../../components/aws/backup-plan-tiers.js";
import type { PlannedAsset } from "../../components/model/index.js";
import { record } from "../support/recorder.js";
import { keys } from "../support/keys.js";
import { children, identities, inputsOf, problemsOf } from "./support/children.js";

const target = (name: string, region: string, more: Partial<BackupVaultTarget> = {}): BackupVaultTarget => ({
  name,
  vaultName: name,
  arn: `arn:aws:backup:${region}:123456789012:backup-vault:${name}`,
  declaration: { location: { provider: "aws", region }, locks: true },
  customerKey: true,
  ...more,
});
const near = target("near", "eu-west-1");
const far = target("far", "eu-central-1");
const allTags = { backup: "yes" };
const plan = (args: Partial<BackupPlanArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new BackupPlan("files", { environment: "production", vault: near, copies: [{ vault: far }], allTags, ...args }, opts);
const problems = (args: Record<string, unknown>) => problemsOf(() => plan(args));
const rules = async (args: Partial<BackupPlanArgs>) =>
  inputsOf(await record(() => plan(args)), "backup.Plan")["rules"] as Record<string, unknown>[];
const protection = (retention: object, frequency: unknown = "1 day") =>
  ({ copies: 1, lock: "none", restoreTests: [], frequency, retention }) as NonNullable<BackupPlanArgs["protection"]>;

describe("aws.BackupPlan", () => {
  it("registers plan, selection and a role for backups only, in the vault's region, protected in production", async () => {
    const all = await record(() => plan());
    assert.deepEqual(identities(all), [
      ["backup.Plan", "files"],
      ["iam.Role", "files-role"],
      ["iam.RolePolicyAttachment", "files-role-backup"],
      ["backup.Selection", "files-selection"],
    ]);
    assert.ok(children(all).every(({ protect }) => protect));
    for (const child of children(all).filter(({ type }) => type.startsWith("aws:backup")))
      assert.equal(child.inputs["region"], "eu-west-1", child.name);
    const selection = children(all)[3]!;
    assert.ok(selection.dependencies.some((urn) => urn.endsWith("files-role-backup")));
    const development = await record(() => plan({ environment: "development", copies: [] }));
    assert.ok(children(development).every(({ protect }) => !protect));
  });

  it("writes a rule for each class, with its own retention for originals and copies", async () => {
    const rule = (ruleName: string, schedule: string, deleteAfter: number) => ({
      ruleName,
      targetVaultName: "near",
      schedule,
      scheduleExpressionTimezone: "Etc/UTC",
      startWindow: 60,
      completionWindow: 10_080,
      lifecycle: { deleteAfter },
      copyActions: [{ destinationVaultArn: far.arn, lifecycle: { deleteAfter } }],
      recoveryPointTags: { "managed-by": "pulumi-backup-tiers", "backup-tiers-class": ruleName },
    });
    assert.deepEqual(await rules({}), [
      rule("daily", "cron(59 * * * ? *)", 7),
      rule("weekly", "cron(59 0 ? * SUN *)", 28),
    ]);
  });

  it("gives continuous backup a moment of its own, which the hourly class leaves out", async () => {
    const found = await rules({
      kind: "postgres",
      protection: { copies: 2, restoreTests: [] },
      resources: ["arn:aws:rds:eu-west-1:123456789012:db:ledger"],
      allTags: {},
    });
    assert.deepEqual(
      found.map(({ ruleName, schedule, enableContinuousBackup, lifecycle }) => [
        ruleName,
        schedule,
        enableContinuousBackup,
        lifecycle,
      ]),
      [
        ["continuous", "cron(59 12 * * ? *)", true, { deleteAfter: 14 }],
        ["hourly", "cron(59 0-11,13-23 * * ? *)", undefined, { deleteAfter: 1 }],
        ["daily", "cron(59 0 * * ? *)", undefined, { deleteAfter: 30 }],
        ["monthly", "cron(59 0 1 * ? *)", undefined, { deleteAfter: 366 }],
      ],
    );
    const s3 = await rules({
      kind: "object-store",
      protection: protection({ pitr: "35 days", daily: "90 days" }, "continuous"),
    });
    assert.deepEqual(
      s3.map(({ ruleName, schedule, startWindow }) => [ruleName, schedule, startWindow]),
      [
        ["continuous", "cron(59 17 * * ? *)", 480],
        ["daily", "cron(59 5 * * ? *)", 480],
      ],
    );
  });

  it("never lets two start windows touch unless they start together (property)", () => {
    const hours = fc.constantFrom("*", "*/2", "*/6", "3", "1-23/4", "0,12");
    const retention = fc.record(
      {
        hourly: fc.constant(1),
        daily: fc.integer({ min: 2, max: 60 }),
        weekly: fc.integer({ min: 7, max: 90 }),
        monthly: fc.integer({ min: 31, max: 400 }),
        pitrDays: fc.integer({ min: 1, max: 35 }),
      },
      { requiredKeys: ["daily"] },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59 }), hours, retention, (minute, hour, kept) => {
        const schedule = { cron: `${minute} ${hour} * * *`, timeZone: "Etc/UTC" };
        const planned = { name: "a", frequency: { cron: schedule.cron }, schedule, retention: kept };
        const tiers = planTiers(planned as unknown as PlannedAsset);
        const window = startWindowOf(tiers);
        assert.ok(window >= 60 && window <= shortestDistance(tiers));
        const [continuous] = tiers;
        if (kept.pitrDays !== undefined) {
          const [own, ...others] = tiers.map(({ cron }) => cron);
          assert.equal(continuous!.name, "continuous");
          for (const other of others) assert.ok(shortestDistance([{ name: "daily", days: 1, cron: other }]) >= 60);
          assert.ok(!others.includes(own!));
        }
      }),
    );
  });

  it("selects by ARN, by any tag, and by all tags", async () => {
    const selection = async (args: Partial<BackupPlanArgs>) => {
      const {
        resources: named,
        notResources,
        selectionTags,
        conditions,
      } = inputsOf(await record(() => plan(args)), "backup.Selection");
      return { named, notResources, selectionTags, conditions };
    };
    const conditions = [{ stringEquals: [{ key: "aws:ResourceTag/backup", value: "yes" }] }];
    assert.deepEqual(await selection({}), {
      named: ["*"],
      notResources: undefined,
      selectionTags: undefined,
      conditions,
    });
    const arn = "arn:aws:ec2:eu-west-1:123456789012:volume/*";
    assert.deepEqual(
      await selection({ allTags: {}, anyTags: { a: "1", b: "2" }, resources: [arn], notResources: [arn] }),
      {
        named: [arn],
        notResources: [arn],
        selectionTags: [
          { type: "STRINGEQUALS", key: "a", value: "1" },
          { type: "STRINGEQUALS", key: "b", value: "2" },
        ],
        conditions: undefined,
      },
    );
  });

  it("moves to cold storage only what stays there 90 days, and asks VSS of Windows", async () => {
    const all = await record(() =>
      plan({
        coldStorageAfter: "30 days",
        windowsVss: true,
        copies: [{ vault: far, retention: "40 days" }],
        protection: { ...protection({ daily: "400 days", monthly: "120 days" }), copies: 2 },
      }),
    );
    const inputs = inputsOf(all, "backup.Plan");
    assert.deepEqual(
      (inputs["rules"] as { lifecycle: unknown; copyActions: { lifecycle: unknown }[] }[]).map(
        ({ lifecycle, copyActions }) => [lifecycle, copyActions[0]!.lifecycle],
      ),
      [
        [{ deleteAfter: 400 }, { deleteAfter: 40 }],
        [{ deleteAfter: 120, coldStorageAfter: 30, optInToArchiveForSupportedResources: true }, { deleteAfter: 40 }],
      ],
    );
    assert.deepEqual(inputs["advancedBackupSettings"], [
      { resourceType: "EC2", backupOptions: { WindowsVSS: "enabled" } },
    ]);
  });

  it("passes an explicit provider to every child, and two do not clash", async () => {
    const all = await record(() => {
      const provider = new Provider("other", { region: "eu-west-1" });
      const vault = new BackupVault("vault", { environment: "staging", region: "eu-west-1" }, { provider });
      plan({ vault }, { provider });
      new BackupPlan("second", { environment: "staging", vault, anyTags: { a: "1" } }, { provider });
    });
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
    assert.equal(new Set(children(all).map(({ type, name }) => `${type} ${name}`)).size, children(all).length);
  });

  it("is an asset of a strategy, with the vaults as its copies", async () => {
    let strategy: BackupStrategy | undefined;
    const make = (args: object = {}) => {
      strategy = new BackupStrategy("platform", {
        environment: "production",
        stores: {},
        keys: { recipients: keys.recipients },
        assets: { files: resources({ vault: near, copies: [{ vault: far }], allTags, ...args }) },
      });
    };
    const all = await record(() => {
      make();
    });
    assert.deepEqual(identities(all)[0], ["backup.Plan", "platform-files"]);
    assert.deepEqual(
      strategy!.plan.assets[0]!.copies.map(({ store, location }) => `${store} ${location}`),
      ["near aws/default/eu-west-1", "far aws/default/eu-central-1"],
    );
    assert.deepEqual(
      await problemsOf(() => {
        make({ startWindowMinutes: 61 });
      }),
      [
        "assets.files.startWindowMinutes must be at most 60, the time to the next start (AWS Backup keeps only one of two jobs whose windows overlap), got 61; shorten it or run less often",
      ],
    );
  });

  it("makes nothing where the environment makes no backup", async () => {
    const environment = defineEnvironment({
      name: "scratch",
      extends: "development",
      protection: { volume: { frequency: "none" } },
    });
    assert.deepEqual(identities(await record(() => plan({ environment }))), []);
  });

  describe("refuses", () => {
    const db = (name: string) => `arn:aws:rds:eu-west-1:123456789012:db:${name}`;
    const dbs = (count: number) => Array.from({ length: count }, (_, index) => db(`d${index}`));
    const cluster = "arn:aws:rds:eu-west-1:123456789012:cluster:ledger";
    const six = ["a", "b", "c", "d", "e", "f"].map((name) => ({ vault: target(name, `eu-${name}-1`) }));
    const tags = (count: number) => Object.fromEntries(dbs(count).map((_, index) => [`t${index}`, "1"]));
    const cases: readonly [string, Record<string, unknown>, Record<string, unknown>, string][] = [
      [
        "an empty selection",
        { allTags: {} },
        { allTags },
        "resources must name something, by ARN or by tag (AWS Backup), got []; name it",
      ],
      [
        "501 ARNs",
        { resources: dbs(501) },
        { resources: dbs(500) },
        "resources must be at most 500 (AWS Backup), got 501; select by tag",
      ],
      [
        "31 ARNs with a wildcard",
        { resources: [...dbs(30), "arn:aws:rds:eu-west-1:123456789012:db:*"] },
        { resources: [...dbs(29), "arn:aws:rds:eu-west-1:123456789012:db:*"] },
        "resources must be at most 30 with wildcards (AWS Backup), got 31; select by tag",
      ],
      [
        "a wildcard in the middle",
        { resources: ["arn:aws:s3:::*-logs"] },
        { resources: ["arn:aws:s3:::logs-*"] },
        'resources[0] must be an ARN with at most one * at its end (AWS Backup), got "arn:aws:s3:::*-logs"; write the whole ARN, or select by tag',
      ],
      [
        "a resource of another region",
        { resources: [db("d").replace("eu-west-1", "eu-west-2")] },
        { resources: [db("d")] },
        'resources[0] must lie in the vault\'s region eu-west-1 (AWS Backup), got "arn:aws:rds:eu-west-2:123456789012:db:d"; use a vault beside it',
      ],
      [
        "31 tags",
        { allTags: {}, anyTags: tags(31) },
        { allTags: {}, anyTags: tags(30) },
        "anyTags must be at most 30 with allTags (AWS Backup), got 31; name fewer",
      ],
      [
        "a cluster without the opt-in",
        { resources: [cluster] },
        { resources: [cluster], optInAcknowledged: true },
        "optInAcknowledged must be true for clusters of Aurora, Neptune and DocumentDB (AWS Backup leaves them out where the region has not opted in), got nothing; switch the service on in AWS Backup's settings and set it",
      ],
      [
        "6 copies",
        { copies: six },
        { copies: six.slice(1) },
        "copies must hold at most 5 (AWS Backup), got 6; leave some out",
      ],
      [
        "a copy in the plan's own vault",
        { copies: [{ vault: far }, { vault: { ...near, name: "again" } }] },
        { copies: [{ vault: far }] },
        'copies[1].vault must be another vault than the plan\'s, got "again"; name another',
      ],
      [
        "a copy in what is no vault",
        { copies: [{ vault: { ...far, arn: "arn:aws:s3:::far" } }] },
        { copies: [{ vault: far }] },
        'copies[0].vault.arn must be the ARN of a backup vault (AWS Backup), got "arn:aws:s3:::far"; write arn:aws:backup:<region>:<account>:backup-vault:<name>',
      ],
      [
        "a copy to another account from a vault with a key of AWS",
        {
          vault: { ...near, customerKey: false },
          copies: [
            {
              vault: target("far", "eu-central-1", {
                declaration: { location: { provider: "aws", account: "2", region: "eu-central-1" } },
              }),
            },
          ],
        },
        {
          copies: [
            {
              vault: target("far", "eu-central-1", {
                declaration: { location: { provider: "aws", account: "2", region: "eu-central-1" } },
              }),
            },
          ],
        },
        "vault.customerKey must be true for copies between accounts (AWS Backup copies none that a key of AWS encrypts), got false; encrypt the vault with your own key",
      ],
      [
        "11 tags of recovery points",
        { recoveryPointTags: tags(11) },
        { recoveryPointTags: tags(10) },
        `recoveryPointTags must hold at most 10 tags, none with "aws:" in front (AWS Backup), got ${JSON.stringify(Object.keys(tags(11)))}; leave some out`,
      ],
      [
        "36 days of continuous backup",
        { kind: "postgres", protection: protection({ daily: "7 days", pitr: "36 days" }) },
        { kind: "postgres", protection: protection({ daily: "7 days", pitr: "35 days" }) },
        'protection.retention.pitr must be at most 35 days (AWS Backup, continuous backup), got "36 days"; shorten it, and keep older states by a class such as daily: "90 days"',
      ],
      [
        "more than 100 years",
        { protection: protection({ daily: "36501 days" }) },
        { protection: protection({ daily: "36500 days" }) },
        'protection.retention.daily must be at most 36500 days (AWS Backup), got "36501 days"; write a length of time',
      ],
      [
        "what the vault's lock would fail",
        { vault: { ...near, minRetentionDays: 8 }, protection: protection({ daily: "7 days" }) },
        { vault: { ...near, minRetentionDays: 7, maxRetentionDays: 7 }, protection: protection({ daily: "7 days" }) },
        'protection.retention.daily must be 8 to 36500 days (lock of the vault near, AWS Backup), got "7 days"; change the retention or use another vault',
      ],
      [
        "what the copy's vault would fail",
        {
          copies: [{ vault: { ...far, maxRetentionDays: 9 }, retention: "10 days" }],
          protection: protection({ daily: "7 days" }),
        },
        {
          copies: [{ vault: { ...far, maxRetentionDays: 10 }, retention: "10 days" }],
          protection: protection({ daily: "7 days" }),
        },
        'copies[0].retention must be 1 to 9 days (lock of the vault far, AWS Backup), got "10 days"; change the retention or use another vault',
      ],
      [
        "a start window of 59 minutes",
        { startWindowMinutes: 59 },
        { startWindowMinutes: 60 },
        "startWindowMinutes must be whole minutes from 60 (AWS Backup), got 59; leave it out",
      ],
      [
        "windows that overlap",
        { startWindowMinutes: 361, protection: protection({ hourly: "2 days" }, { cron: "0 */6 * * *" }) },
        { startWindowMinutes: 360, protection: protection({ hourly: "2 days" }, { cron: "0 */6 * * *" }) },
        "startWindowMinutes must be at most 360, the time to the next start (AWS Backup keeps only one of two jobs whose windows overlap), got 361; shorten it or run less often",
      ],
      [
        "a completion window that ends with the start window",
        { completionWindowMinutes: 60 },
        { completionWindowMinutes: 61 },
        "completionWindowMinutes must be whole minutes above the start window of 60 (AWS Backup), got 60; leave it out for 10080",
      ],
      [
        "89 days in cold storage",
        { coldStorageAfter: "31 days", protection: protection({ monthly: "120 days" }, "1 month") },
        { coldStorageAfter: "30 days", protection: protection({ monthly: "120 days" }, "1 month") },
        'coldStorageAfter must leave a monthly or yearly class at least 90 days in cold storage (AWS Backup), got "31 days"; keep such a class longer or leave it out',
      ],
      [
        "no schedule",
        { protection: protection({ daily: "7 days" }, "manual") },
        { protection: protection({ daily: "7 days" }) },
        'protection.frequency must be a length of time or cron, or have a window for any moment (AWS Backup), got "manual"; write "1 day"',
      ],
      [
        "two runs within an hour",
        { protection: protection({ hourly: "1 day" }, "30 minutes") },
        { protection: protection({ hourly: "1 day" }, "1 hour") },
        'protection.frequency must start at most once an hour (AWS Backup), got "*/30 * * * *"; change it',
      ],
    ];
    for (const [title, wrong, right, text] of cases)
      it(title, async () => {
        assert.deepEqual(await problems(wrong), [text]);
        assert.deepEqual(await problems(right), []);
      });

    it("what is no vault, and misspelt words", async () => {
      assert.match((await problems({ vault: "near" })).join("\n"), /^vault must be a vault, got "something else"/);
      assert.match((await problems({ regoins: [] })).join("\n"), /args\.regoins must be a key that is known/);
    });
  });
});
