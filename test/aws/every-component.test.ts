// What holds for every component of AWS: options reach the children, two instances in one program never clash, names fit,
// regions are passed on, what exists is taken over, and unknown keys are refused. Does not prove what each of them provisions,
// nor that the engine hands options on to children or imports them; test/engine/aws-options.test.ts sees that for all.
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws/provider.js";
import * as aws from "../../components/aws/index.js";
import { adopt } from "../../components/index.js";
import { record, type Registration } from "../support/recorder.js";
import { children, problemsOf } from "./support/children.js";

const region = "eu-west-1";
const place = (where: string) => ({ location: { provider: "aws", region: where }, locks: true });
const vault = {
  name: "vault",
  vaultName: "vault",
  arn: `arn:aws:backup:${region}:123456789012:backup-vault:vault`,
  declaration: place(region),
};
const offsite = {
  name: "offsite",
  vaultName: "offsite",
  arn: "arn:aws:backup:eu-central-1:123456789012:backup-vault:offsite",
  declaration: place("eu-central-1"),
};
const far = {
  arn: "arn:aws:s3:::far",
  declaration: place("eu-central-1"),
  kmsKeyArn: "arn:aws:kms:eu-central-1:1:key/k",
};
const topicArn = `arn:aws:sns:${region}:123456789012:ops`;
const checkFunctionArn = `arn:aws:lambda:${region}:123456789012:function:check`;
const plan = {
  environment: "staging",
  assets: [
    { maxAgeSeconds: 172_800, longestGapSeconds: 86_400, retention: { daily: 7 }, lock: null, frequency: "1 day" },
  ],
  unprotected: [],
  issues: [],
} as unknown as aws.BackupPlan["plan"];

type Make = (name: string, more: object, opts?: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;
const environment = "staging" as const;

/** Each with as many children as it can have; the number in its tags tells instances apart. */
const components: Readonly<Record<string, Make>> = {
  BackupBucket: (name, more, opts) =>
    new aws.BackupBucket(
      name,
      {
        environment,
        region,
        ownKey: true,
        replication: { to: far },
        accessLogBucket: "logs",
        writers: { principalArns: ["arn:aws:iam::123456789012:role/job"] },
        readers: { principalArns: ["arn:aws:iam::123456789012:role/restore"] },
        ...more,
      },
      opts,
    ),
  BucketBackup: (name, more, opts) =>
    new aws.BucketBackup(
      name,
      {
        environment,
        region,
        bucket: { arn: `arn:aws:s3:::${name}`, bucket: name },
        copies: [{ to: far }],
        ...more,
      },
      opts,
    ),
  StateBucket: (name, more, opts) =>
    new aws.StateBucket(name, { environment, region, ownKey: true, copy: { to: far }, ...more }, opts),
  BackupVault: (name, more, opts) =>
    new aws.BackupVault(
      name,
      {
        environment,
        region,
        lock: { minRetentionDays: 1 },
        breakGlassRoleArns: ["arn:aws:iam::123456789012:role/deployer"],
        notificationTopicArn: topicArn,
        ...more,
      },
      opts,
    ),
  BackupPlan: (name, more, opts) =>
    new aws.BackupPlan(
      name,
      {
        environment,
        vault,
        anyTags: { backup: "yes" },
        restoreTesting: { selections: { files: { type: "EFS" } }, validation: { checkFunctionArn } },
        protection: { restoreTests: [{ kind: "restore", every: "1 month" }] },
        alarmTopicArn: topicArn,
        ...more,
      },
      opts,
    ),
  RdsBackups: (name, more, opts) =>
    new aws.RdsBackups(
      name,
      {
        environment,
        instance: { arn: `arn:aws:rds:${region}:123456789012:db:${name}`, identifier: name },
        longTerm: { vault, copies: [{ vault: offsite }] },
        eventTopicArn: topicArn,
        alarmTopicArn: topicArn,
        exportTo: { bucket: { arn: "arn:aws:s3:::exports", bucket: "exports" } },
        restoreTesting: { validation: { checkFunctionArn } },
        protection: { retention: { monthly: "6 months" }, restoreTests: [{ kind: "restore", every: "1 month" }] },
        ...more,
      },
      opts,
    ),
  SnapshotPolicy: (name, more, opts) =>
    new aws.SnapshotPolicy(
      name,
      { environment, region, targetTags: { backup: name }, alarmTopicArn: topicArn, ...more },
      opts,
    ),
  BackupAlarms: (name, more, opts) =>
    new aws.BackupAlarms(
      name,
      {
        environment,
        region,
        ownKey: true,
        emails: ["platform@example.com"],
        slack: { workspaceId: "T012AB3CD", channelId: "C012AB3CD" },
        jobs: { files: { plan, vault } },
        databases: {
          ledger: { plan, instance: { arn: `arn:aws:rds:${region}:123456789012:db:ledger`, identifier: "ledger" } },
        },
        ...more,
      },
      opts,
    ),
  RestoreTesting: (name, more, opts) =>
    new aws.RestoreTesting(
      name,
      {
        environment,
        vaults: [vault],
        selections: { files: { type: "EFS" } },
        validation: { checkFunctionArn, topicArn },
        ...more,
      },
      opts,
    ),
  BackupAudit: (name, more, opts) =>
    new aws.BackupAudit(
      name,
      {
        environment,
        region,
        configRecorder: true,
        backups: { files: { plan, resourceTypes: ["EFS"] } },
        reports: { bucket: "reports" },
        ...more,
      },
      opts,
    ),
};

/** Longest names that services take. */
const longest: Readonly<Record<string, number>> = {
  Bucket: 63,
  EventRule: 64,
  EventSubscription: 255,
  Framework: 256,
  Function: 64,
  LogicallyAirGappedVault: 50,
  MetricAlarm: 255,
  Permission: 100,
  Plan: 50,
  ReportPlan: 256,
  RestoreTestingPlan: 50,
  RestoreTestingSelection: 50,
  Role: 64,
  RolePolicy: 128,
  Selection: 50,
  Topic: 256,
  Vault: 50,
};

/** Global services take no region. */
const isGlobal = ({ type }: Registration) => type.startsWith("aws:iam/");
/** As long as the name of an asset may be. */
const long = "a-name-of-sixty-three-letters-which-is-all-an-asset-may-be-call";

describe("every component of AWS", () => {
  it("is listed here", () => {
    const exported = Object.entries(aws).flatMap(([name, value]) =>
      typeof value === "function" && "type" in value ? [name] : [],
    );
    assert.deepEqual(exported.sort(), Object.keys(components).sort());
  });

  for (const [title, make] of Object.entries(components))
    describe(title, () => {
      it("passes region and explicit provider to every child", async () => {
        const all = await record(() => make("one", {}, { provider: new Provider("other", { region }) }));
        const made = children(all);
        assert.ok(made.length > 2, String(made.length));
        assert.deepEqual(
          made.filter(({ provider }) => !provider.includes("::other::")).map(({ name }) => name),
          [],
        );
        assert.deepEqual(
          made.filter((one) => !isGlobal(one) && one.inputs["region"] !== region).map(({ name }) => name),
          [],
        );
      });

      it("protects every child outside of development, and none where the program says so", async () => {
        const made = children(await record(() => make("one", {})));
        assert.deepEqual(
          made.filter(({ protect }) => !protect).map(({ name }) => name),
          [],
        );
        const open = children(await record(() => make("one", {}, { protect: false })));
        // A key without which nothing is readable stays protected.
        assert.deepEqual(
          open.filter(({ protect, name }) => protect && name !== "one-key").map(({ name }) => name),
          [],
        );
      });

      it("hands retainOnDelete and aliases to the engine, whose part it is to hand them on", async () => {
        const all = await record(() => make("one", {}, { retainOnDelete: true, aliases: [{ name: "former" }] }));
        const { retainOnDelete, aliases } = all.find(({ type }) => type === `backup-tiers:aws:${title}`)!;
        assert.deepEqual([retainOnDelete, aliases], [true, 1]);
      });

      it("names every child after itself, by which the engine knows it again under an alias", async () => {
        const made = children(await record(() => make("one", {})));
        assert.deepEqual(
          made.filter(({ name }) => name !== "one" && !name.startsWith("one-")).map(({ name }) => name),
          [],
        );
      });

      it("takes over every child that exists, by its id, and changes its tags only later", async () => {
        const made = children(await record(() => make("one", {})));
        const key = ({ type, name }: Registration) => `${type.split(":").at(-1)!} ${name}`;
        const existing = Object.fromEntries(made.map((one) => [key(one), `id of ${key(one)}`]));
        const all = await record(() => make("one", {}, adopt(existing)));
        assert.deepEqual(Object.fromEntries(children(all).map((one) => [key(one), one.importId])), existing);
        assert.ok(children(all).every(({ ignoreChanges }) => ignoreChanges.includes("tags")));
        assert.ok(made.every(({ importId }) => importId === ""));
      });

      it("stands beside a second one, with a long name too", async () => {
        const all = await record(() => {
          make("one", {});
          make("two", {});
          make(long, {});
        });
        const identities = children(all).map(({ type, name }) => `${type} ${name}`);
        assert.equal(new Set(identities).size, identities.length);
        const named = children(all).flatMap(({ type, inputs }) =>
          // Selections are named within their plan.
          typeof inputs["name"] === "string" && !type.includes("restoreTestingSelection")
            ? [[type, inputs["name"]] as const]
            : [],
        );
        assert.equal(new Set(named.map(String)).size, named.length, "names that services are given");
        // The provider appends a dash and 7 digits to the name of what has none, and 26 to a prefix.
        const tooLong = children(all).filter(({ type, name: logical, inputs }) => {
          const max = longest[type.split(":").at(-1)!];
          const isBucket = type.endsWith(":Bucket");
          const text = (...keys: string[]) => keys.map((key) => inputs[key] as string | undefined).find(Boolean);
          const prefix = text(isBucket ? "bucketPrefix" : "namePrefix");
          const given = text(isBucket ? "bucket" : "name", "statementId") ?? `${logical}-1234567`;
          const whole = prefix === undefined ? given : `${prefix}${"0".repeat(26)}`;
          return max !== undefined && whole.length > max;
        });
        assert.deepEqual(tooLong, []);
      });

      it("refuses a key that it does not know", async () => {
        const [problem = ""] = await problemsOf(() => make("one", { tagz: {} }));
        assert.match(problem, /^args\.tagz must be a key that is known .*write tags$/);
      });
    });
});
