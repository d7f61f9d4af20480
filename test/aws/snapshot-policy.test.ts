// What the component registers, and what it refuses. moto and every other stand-in know no DLM: nothing here proves
// that the service accepts it; names, patterns and bounds were read in its model and its provider.
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws/provider.js";
import { ebsVolumes, SnapshotPolicy, type SnapshotPolicyArgs } from "../../components/aws/index.js";
import { BackupStrategy, defineEnvironment } from "../../components/index.js";
import { record } from "../support/recorder.js";
import { keys } from "../support/keys.js";
import { children, identities, inputsOf, problemsOf } from "./support/children.js";

const targetTags = { backup: "yes" };
const copies = [{ region: "eu-central-1" }];
const policy = (args: Partial<SnapshotPolicyArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new SnapshotPolicy("volumes", { environment: "production", region: "eu-west-1", targetTags, copies, ...args }, opts);
const problems = (args: Record<string, unknown>) => problemsOf(() => policy(args));
interface Details {
  readonly schedules: Record<string, unknown>[];
}
const schedules = async (args: Partial<SnapshotPolicyArgs>) =>
  (inputsOf(await record(() => policy(args)), "dlm.LifecyclePolicy")["policyDetails"] as Details).schedules;

describe("aws.SnapshotPolicy", () => {
  it("registers the policy and a role of its own, protected in production only", async () => {
    const all = await record(() => policy());
    assert.deepEqual(identities(all), [
      ["dlm.LifecyclePolicy", "volumes"],
      ["iam.Role", "volumes-role"],
      ["iam.RolePolicyAttachment", "volumes-role-snapshots"],
    ]);
    assert.ok(children(all).every(({ protect }) => protect));
    const policyChild = children(all)[0]!;
    assert.equal(policyChild.dependencies.filter((urn) => urn.endsWith("volumes-role-snapshots")).length, 1);
    const development = await record(() => policy({ environment: "development" }));
    assert.ok(children(development).every(({ protect }) => !protect));
  });

  it("makes a schedule for each class of the environment, with copies in the other region", async () => {
    const all = await record(() => policy());
    const inputs = inputsOf(all, "dlm.LifecyclePolicy");
    assert.deepEqual(
      [inputs["region"], inputs["state"], inputs["description"]],
      ["eu-west-1", "ENABLED", "Backups of volumes by pulumi-backup-tiers"],
    );
    const copy = (days: number) => [
      { target: "eu-central-1", encrypted: true, copyTags: true, retainRule: { interval: days, intervalUnit: "DAYS" } },
    ];
    const tagsToAdd = (name: string) => ({ "managed-by": "pulumi-backup-tiers", "backup-tiers-class": name });
    assert.deepEqual(inputs["policyDetails"], {
      policyType: "EBS_SNAPSHOT_MANAGEMENT",
      resourceTypes: ["VOLUME"],
      targetTags,
      schedules: [
        {
          name: "daily",
          copyTags: true,
          createRule: { cronExpression: "cron(15 * * * ? *)" },
          retainRule: { interval: 7, intervalUnit: "DAYS" },
          crossRegionCopyRules: copy(7),
          tagsToAdd: tagsToAdd("daily"),
        },
        {
          name: "weekly",
          copyTags: true,
          createRule: { cronExpression: "cron(15 0 ? * SUN *)" },
          retainRule: { interval: 28, intervalUnit: "DAYS" },
          crossRegionCopyRules: copy(28),
          tagsToAdd: tagsToAdd("weekly"),
        },
      ],
    });
  });

  it("trusts DLM only, attaches the managed policy of the partition, and grants named keys", async () => {
    const all = await record(() =>
      policy({
        volumeKeyArns: ["arn:aws:kms:eu-west-1:123456789012:key/a"],
        copies: [{ region: "eu-central-1", kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/b" }],
      }),
    );
    assert.equal(
      inputsOf(all, "iam.RolePolicyAttachment")["policyArn"],
      "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole",
    );
    assert.deepEqual(JSON.parse(String(inputsOf(all, "iam.Role")["assumeRolePolicy"])), {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "dlm.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
    const { Statement } = JSON.parse(String(inputsOf(all, "iam.RolePolicy")["policy"])) as {
      Statement: { Action: unknown; Resource: unknown; Condition?: unknown }[];
    };
    const both = ["arn:aws:kms:eu-west-1:123456789012:key/a", "arn:aws:kms:eu-central-1:123456789012:key/b"];
    assert.deepEqual(
      Statement.map(({ Resource }) => Resource),
      [both, both],
    );
    assert.deepEqual(Statement[0]!.Condition, { Bool: { "kms:GrantIsForAWSResource": "true" } });
  });

  it("archives monthly and yearly classes for the rest of their retention, and not their fast restore", async () => {
    const found = await schedules({
      archiveAfter: "30 days",
      fastRestoreZones: ["eu-west-1a"],
      protection: { frequency: "1 day", retention: { daily: "7 days", monthly: "120 days" } },
    });
    assert.deepEqual(
      found.map(({ name, retainRule, archiveRule, fastRestoreRule }) => ({
        name,
        retainRule,
        archiveRule,
        fastRestoreRule,
      })),
      [
        {
          name: "daily",
          retainRule: { interval: 7, intervalUnit: "DAYS" },
          archiveRule: undefined,
          fastRestoreRule: { availabilityZones: ["eu-west-1a"], interval: 7, intervalUnit: "DAYS" },
        },
        {
          name: "monthly",
          retainRule: { interval: 30, intervalUnit: "DAYS" },
          archiveRule: { archiveRetainRule: { retentionArchiveTier: { interval: 90, intervalUnit: "DAYS" } } },
          fastRestoreRule: undefined,
        },
      ],
    );
  });

  it("runs scripts in instances, and gives the role what they need", async () => {
    const all = await record(() =>
      policy({ of: "instances", scripts: { handler: "quiesce", timeoutSeconds: 120, retries: 3 } }),
    );
    const details = inputsOf(all, "dlm.LifecyclePolicy")["policyDetails"] as Details;
    assert.deepEqual((details.schedules[0]!["createRule"] as { scripts: unknown }).scripts, {
      executionHandler: "quiesce",
      executionHandlerService: "AWS_SYSTEMS_MANAGER",
      executionTimeout: 120,
      maximumRetryCount: 3,
      stages: ["PRE", "POST"],
      executeOperationOnScriptFailure: false,
    });
    assert.ok(identities(all).some(([, name]) => name === "volumes-role-scripts"));
  });

  it("passes an explicit provider to every child, and two of them do not clash", async () => {
    const all = await record(() => {
      const provider = new Provider("other", { region: "eu-west-1" });
      policy({}, { provider });
      new SnapshotPolicy("second", { environment: "staging", targetTags: { backup: "second" } }, { provider });
    });
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
    assert.equal(new Set(children(all).map(({ type, name }) => `${type} ${name}`)).size, children(all).length);
  });

  it("makes nothing where the environment makes no backup, and a long name fits", async () => {
    const environment = defineEnvironment({
      name: "scratch",
      extends: "development",
      protection: { volume: { frequency: "none" } },
    });
    assert.deepEqual(identities(await record(() => policy({ environment }))), []);
    const long = "a-very-long-name-of-a-component-that-no-role-of-iam-could-ever-take";
    const all = await record(() => new SnapshotPolicy(long, { environment: "staging", targetTags, asset: "disks" }));
    assert.equal(inputsOf(all, "iam.Role")["namePrefix"], `${long.slice(0, 30)}-0125940`);
  });

  it("is an asset of a strategy, with the region as the copy's location", async () => {
    let strategy: BackupStrategy | undefined;
    const all = await record(() => {
      strategy = new BackupStrategy("platform", {
        environment: "production",
        stores: {},
        keys: { recipients: keys.recipients },
        assets: { disks: ebsVolumes({ targetTags, copies, region: "eu-west-1" }) },
      });
    });
    assert.deepEqual(identities(all)[0], ["dlm.LifecyclePolicy", "platform-disks"]);
    const [asset] = strategy!.plan.assets;
    assert.deepEqual(
      [asset!.retention, asset!.signed, asset!.copies.map(({ location }) => location)],
      [{ daily: 7, weekly: 28 }, false, ["aws/default/eu-west-1", "aws/default/eu-central-1"]],
    );
    await assert.rejects(
      record(
        () =>
          new BackupStrategy("platform", {
            environment: "production",
            stores: {},
            keys: { recipients: keys.recipients },
            assets: { disks: ebsVolumes({ targetTags, copies: [{ region: "eu-west-1" }], region: "eu-west-1" }) },
          }),
      ),
      /assets\.disks\.copies\[0\]\.region must differ from the volumes' region \(DLM\), got "eu-west-1"; name another/,
    );
  });

  describe("refuses", () => {
    const protection = (retention: object, frequency: unknown = "1 day") => ({ frequency, retention });
    const cases: readonly [string, Record<string, unknown>, Record<string, unknown>, string][] = [
      [
        "a policy without tags",
        { targetTags: {} },
        { targetTags },
        "targetTags must name at least one tag (DLM), got {}; a policy without tags snapshots nothing",
      ],
      [
        "more than 3 copies",
        { copies: ["a", "b", "c", "d"].map((region) => ({ region })) },
        { copies: ["a", "b", "c"].map((region) => ({ region })) },
        "copies must hold at most 3 regions (DLM), got 4; leave some out",
      ],
      [
        "a copy beside the volumes",
        { copies: [{ region: "eu-west-1" }, ...copies] },
        { copies },
        'copies[0].region must differ from the volumes\' region (DLM), got "eu-west-1"; name another',
      ],
      [
        "a copy's key of another region",
        { copies: [{ region: "eu-central-1", kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/k" }] },
        { copies: [{ region: "eu-central-1", kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/k" }] },
        'copies[0].kmsKeyArn must be a key of eu-central-1 (DLM encrypts where the copy lies), got "arn:aws:kms:eu-west-1:123456789012:key/k"; name a key of that region',
      ],
      [
        "5 classes",
        {
          protection: protection(
            { hourly: "1 day", daily: "7 days", weekly: "4 weeks", monthly: "1 year", yearly: "7 years" },
            "1 hour",
          ),
        },
        {
          protection: protection({ hourly: "1 day", daily: "7 days", weekly: "4 weeks", monthly: "1 year" }, "1 hour"),
        },
        "protection.retention must keep at most 4 classes (DLM), got 5; leave a class out",
      ],
      [
        "more than 100 years",
        { protection: protection({ daily: "36501 days" }) },
        { protection: protection({ daily: "36500 days" }) },
        'protection.retention.daily must be at most 36500 days (DLM), got "36501 days"; write a length of time',
      ],
      [
        "for ever",
        { protection: protection({ daily: "forever" }) },
        { protection: protection({ daily: "36500 days" }) },
        'protection.retention.daily must be at most 36500 days (DLM), got "forever"; write a length of time',
      ],
      [
        "more than once an hour",
        { protection: protection({ hourly: "1 day" }, { cron: "0,59 * * * *" }) },
        { protection: protection({ hourly: "1 day" }, { cron: "0 * * * *" }) },
        'protection.frequency must start at most once an hour (DLM), got "0,59 * * * *"; change it',
      ],
      [
        "a time zone",
        { protection: protection({ daily: "7 days" }, { cron: "0 12 * * *", timeZone: "Europe/Vienna" }) },
        { protection: protection({ daily: "7 days" }, { cron: "0 12 * * *", timeZone: "Etc/UTC" }) },
        'protection.frequency must count in UTC (DLM knows no time zones), got "Europe/Vienna"; convert it',
      ],
      [
        "no schedule",
        { protection: protection({ daily: "7 days" }, "manual") },
        { protection: protection({ daily: "7 days" }, "1 day") },
        'protection.frequency must be a length of time or cron (DLM), got "manual"; write "1 day"',
      ],
      [
        "less than 90 days in the archive",
        { archiveAfter: "31 days", protection: protection({ monthly: "120 days" }, "1 month") },
        { archiveAfter: "30 days", protection: protection({ monthly: "120 days" }, "1 month") },
        'archiveAfter must leave at least 90 days in the archive (EBS), got "31 days of 120 days monthly"; archive earlier or keep longer',
      ],
      [
        "an archive of daily snapshots",
        { archiveAfter: "30 days" },
        { archiveAfter: "30 days", protection: protection({ daily: "7 days", yearly: "7 years" }) },
        'archiveAfter must have a monthly or yearly class to archive (EBS archives no oftener than every 28 days), got "30 days"; keep such a class or leave it out',
      ],
      [
        "scripts for volumes",
        { excludeBootVolume: true },
        { excludeBootVolume: true, of: "instances" },
        'excludeBootVolume must be left out for volumes (DLM), got true; set of: "instances"',
      ],
      [
        "a script of more than 120 seconds",
        { of: "instances", scripts: { handler: "quiesce", timeoutSeconds: 121 } },
        { of: "instances", scripts: { handler: "quiesce", timeoutSeconds: 120 } },
        "scripts.timeoutSeconds must be 1 to 120 (DLM), got 121; leave it out for 10",
      ],
      [
        "4 further attempts",
        { of: "instances", scripts: { handler: "quiesce", retries: 4 } },
        { of: "instances", scripts: { handler: "quiesce", retries: 3 } },
        "scripts.retries must be 1 to 3 (DLM), got 4; leave it out for none",
      ],
      [
        "fast restore elsewhere",
        { fastRestoreZones: ["eu-west-2a"] },
        { fastRestoreZones: ["eu-west-1a"] },
        'fastRestoreZones must lie in eu-west-1 (DLM), got "eu-west-2a"; name its zones',
      ],
    ];
    for (const [title, wrong, right, text] of cases)
      it(title, async () => {
        assert.deepEqual(await problems(wrong), [text]);
        assert.deepEqual(await problems(right), []);
      });

    it("two policies with one tag", async () => {
      const twice = (second: Record<string, string>) =>
        problemsOf(() => {
          policy();
          new SnapshotPolicy("second", { environment: "staging", region: "eu-west-1", targetTags: second });
        });
      assert.deepEqual(await twice({ backup: "no" }), []);
      assert.deepEqual(await twice({ backup: "yes" }), [
        'targetTags.backup must belong to one policy of a region (DLM), and "volumes" has it, got "yes"; give each policy a tag of its own, or put the classes into one policy',
      ]);
    });

    it("everything wrong at once, with the nearest right word", async () => {
      const found = await problems({ regoin: "eu-west-1", of: "volume", copies: [{ regon: "x" }] });
      assert.equal(found.length, 4, found.join("\n"));
      assert.match(found.join("\n"), /regoin.*write region/);
    });
  });
});
