// Restore tests and alarms of age as parts of an asset: what the plan then says, what is made, and what is refused. Does not
// prove that AWS restores anything or rings an alarm; test/aws/restore-testing.test.ts runs the validating function and
// test/aws/age-check.test.ts the one that looks for the newest backup.
import assert from "node:assert/strict";
import * as aws from "../../components/aws/index.js";
import { BackupStrategy, type ProtectionOverride } from "../../components/index.js";
import { keys } from "../support/keys.js";
import { record } from "../support/recorder.js";
import { allInputsOf, children, identities, inputsOf, problemsOf } from "./support/children.js";

const region = "eu-west-1";
const vaultOf = (where: string) => ({
  name: `vault-${where}`,
  vaultName: "vault",
  arn: `arn:aws:backup:${where}:123456789012:backup-vault:vault`,
  declaration: { location: { provider: "aws", region: where }, locks: true },
});
const vault = vaultOf(region);
const instance = { arn: `arn:aws:rds:${region}:123456789012:db:ledger`, identifier: "ledger" };
const cluster = { arn: `arn:aws:rds:${region}:123456789012:cluster:orders`, clusterIdentifier: "orders" };
const validation = { checkFunctionArn: `arn:aws:lambda:${region}:123456789012:function:count-rows` };
const alarmTopicArn = `arn:aws:sns:${region}:123456789012:alarms`;
const once = { copies: 1, lock: "none" } as const;
const tests = { selections: { databases: { type: "RDS" }, files: { type: "EFS" } }, validation } as const;

/** A strategy with these assets, and everything that it registers. */
async function strategyOf(
  assets: Parameters<typeof aws.resources>[0] | Record<string, ReturnType<typeof aws.resources>>,
  environment: "development" | "staging" | "production" = "production",
) {
  let strategy: BackupStrategy | undefined;
  const all = await record(() => {
    strategy = new BackupStrategy("platform", {
      environment,
      stores: {},
      keys: { recipients: keys.recipients },
      assets: "vault" in assets ? { data: aws.resources(assets as aws.BackedUpResources) } : assets,
    });
  });
  return { all, plan: strategy!.plan };
}

const data = (more: Partial<aws.BackedUpResources> = {}, protection: ProtectionOverride = {}) => ({
  vault,
  kind: "postgres",
  anyTags: { backup: "yes" },
  restoreTesting: tests,
  protection: { ...once, ...protection },
  ...more,
});
const about = (issues: readonly { id: string; message: string }[]) =>
  issues.filter(({ id }) => /restore|rds-restore/.test(id)).map(({ id, message }) => `${id}: ${message}`);

describe("restore tests of an asset", () => {
  it("are what the environment asks, one RestoreTesting each, and the plan says so without a warning", async () => {
    const { all, plan } = await strategyOf(data());
    assert.deepEqual(plan.assets[0]!.restoreTests, [
      { kind: "smoke", every: "1 day" },
      { kind: "pitr", every: "1 week" },
    ]);
    assert.deepEqual(about(plan.issues), []);
    const plans = allInputsOf(all, "backup.RestoreTestingPlan");
    assert.deepEqual(
      Object.entries(plans).map(([name, { recoveryPointSelection, scheduleExpression }]) => {
        const { recoveryPointTypes, includeVaults } = recoveryPointSelection as Record<string, string[]>;
        const weekly = /\? \* [A-Z]{3} \*\)$/.test(String(scheduleExpression));
        return [name, recoveryPointTypes, includeVaults, weekly];
      }),
      [
        ["platform-data-smoke-test", ["SNAPSHOT"], [vault.arn], false],
        ["platform-data-pitr-test", ["CONTINUOUS"], [vault.arn], true],
      ],
    );
    const selections = allInputsOf(all, "backup.RestoreTestingSelection");
    assert.deepEqual(
      Object.keys(selections),
      ["platform-data-smoke-test-databases", "platform-data-smoke-test-files", "platform-data-pitr-test-databases"],
      "EFS has no continuous backups",
    );
    assert.equal(Object.keys(allInputsOf(all, "lambda.Function")).length, 2, "a validating function for each");
    assert.ok(children(all).every(({ protect }) => protect));
    const parents = all.filter(({ type }) => type === "backup-tiers:aws:RestoreTesting").map(({ parent }) => parent);
    assert.ok(parents.every((parent) => parent.endsWith("::platform-data")));
  });

  it("stay open in the plan where nothing makes them, or not by this", async () => {
    const { plan } = await strategyOf(data({ restoreTesting: undefined }));
    assert.deepEqual(
      plan.issues.filter(({ id }) => id === "restore-test-provided").map(({ message }) => message.split(", got ")[1]),
      [
        "no smoke test from aws-backup; add the drill or override restoreTests",
        "no pitr test from aws-backup; add the drill or override restoreTests",
      ],
    );
    const snapshots = await strategyOf(data({ continuous: false }));
    assert.deepEqual(
      snapshots.plan.issues.filter(({ id }) => id === "restore-test-provided").map(({ path }) => path),
      ["assets.data.protection.restoreTests"],
    );
    assert.deepEqual(Object.keys(allInputsOf(snapshots.all, "backup.RestoreTestingPlan")), [
      "platform-data-smoke-test",
    ]);
  });

  it("look back twice the longest gap of what runs less often than every 15 days", async () => {
    const of = async (frequency: "1 day" | "1 month" | "6 months") => {
      const protection = { frequency, retention: { monthly: "24 months" }, restoreTests } as const;
      const { all } = await strategyOf(data({ kind: "volume" }, protection));
      const selection = inputsOf(all, "backup.RestoreTestingPlan")["recoveryPointSelection"];
      return (selection as { selectionWindowDays: number }).selectionWindowDays;
    };
    const restoreTests = [{ kind: "restore", every: "1 month" }] as const;
    assert.deepEqual([await of("1 day"), await of("1 month"), await of("6 months")], [30, 62, 365]);
  });

  it("restore S3, which has continuous backups alone, to a moment", async () => {
    const restoreTests = [{ kind: "restore", every: "1 month" }] as const;
    const selections = { uploads: { type: "S3" } } as const;
    const asset = data(
      { kind: "object-store", restoreTesting: { selections, validation } },
      { retention: { pitr: "30 days" }, restoreTests },
    );
    const { all } = await strategyOf(asset);
    const { recoveryPointTypes } = inputsOf(all, "backup.RestoreTestingPlan")["recoveryPointSelection"] as {
      recoveryPointTypes: string[];
    };
    assert.deepEqual(recoveryPointTypes, ["CONTINUOUS"]);
  });

  it("are none in development, and are asked for elsewhere or said to be missing", async () => {
    const development = await strategyOf(data(), "development");
    assert.deepEqual([about(development.plan.issues), development.plan.assets[0]!.restoreTests], [[], []]);
    assert.deepEqual(allInputsOf(development.all, "backup.RestoreTestingPlan"), {});
    const staging = await strategyOf(data({ kind: "volume" }), "staging");
    assert.deepEqual(about(staging.plan.issues), [
      'restore-test-asked: assets.data.restoreTesting must have a test to make in protection.restoreTests (the environment asks none that AWS Backup can make), got []; write restoreTests: [{ kind: "restore", every: "1 week" }]',
    ]);
  });

  it("restore the long-term backups of a database, whose own any moment stays open", async () => {
    const longTerm = { vault };
    const { all, plan } = await strategyOf({
      ledger: aws.rdsInstance({ instance, longTerm, restoreTesting: { validation }, protection: once }),
      orders: aws.rdsCluster({
        cluster,
        longTerm: { vault, optInAcknowledged: true },
        restoreTesting: { validation, restoreMetadata: { dbSubnetGroupName: "private" } },
        protection: once,
      }),
    });
    assert.deepEqual(
      plan.assets.map(({ restoreTests }) => restoreTests),
      [[{ kind: "smoke", every: "1 day" }], [{ kind: "smoke", every: "1 day" }]],
    );
    assert.deepEqual(
      plan.issues.filter(({ id }) => id === "restore-test-provided").map(({ message }) => message.slice(0, 72)),
      [
        "assets.ledger.protection.restoreTests must have a pitr test every 1 week",
        "assets.orders.protection.restoreTests must have a pitr test every 1 week",
      ],
    );
    const selections = allInputsOf(all, "backup.RestoreTestingSelection");
    assert.deepEqual(
      Object.entries(selections).map(([name, one]) => [
        name,
        one["protectedResourceType"],
        one["protectedResourceArns"],
        one["restoreMetadataOverrides"],
      ]),
      [
        ["platform-ledger-smoke-test-database", "RDS", [instance.arn], undefined],
        ["platform-orders-smoke-test-database", "Aurora", [cluster.arn], { dbSubnetGroupName: "private" }],
      ],
    );
    const [window] = Object.values(allInputsOf(all, "backup.RestoreTestingPlan"));
    assert.equal((window!["recoveryPointSelection"] as Record<string, unknown>)["selectionWindowDays"], 62);
  });

  describe("are refused", () => {
    const alone = (more: object) => new aws.BackupPlan("data", { environment: "production", ...data(), ...more });
    const database = (more: object) =>
      new aws.RdsBackups("ledger", {
        environment: "production",
        instance,
        longTerm: { vault },
        restoreTesting: { validation },
        protection: once,
        ...more,
      });
    const cases: readonly [string, () => unknown, string[]][] = [
      [
        "to a moment without a window for it",
        () => alone({ protection: { ...once, retention: { daily: "7 days" } } }),
        [
          'protection.restoreTests must have continuous backups to restore (AWS Backup restores snapshots to their own moment only), got ["pitr"]; set retention.pitr, or leave the test out',
        ],
      ],
      [
        "to a moment of what has none",
        () => alone({ restoreTesting: { selections: { files: { type: "EFS" } }, validation } }),
        [
          'restoreTesting.selections must hold one of Aurora, RDS, S3 for the pitr test (AWS Backup restores these to any moment), got ["EFS"]; name it, or leave the test out',
        ],
      ],
      [
        "with a type, a window and a word that are wrong, at once",
        () =>
          alone({ restoreTesting: { selections: { a: { type: "EKS" } }, startWindowHours: 0, tags: {}, validation } }),
        [
          "restoreTesting.tags must be a key that is known (nothing reads other keys), got tags; remove it or use one of selections, startWindowHours, pick, fromLastDays, validation, roleArn",
          'restoreTesting.selections.a.type must be one of Aurora, DocumentDB, DynamoDB, EBS, EC2, EFS, FSx, Neptune, RDS, S3 (AWS Backup restore testing), got "EKS"; drill other kinds by a check of your own',
          "restoreTesting.startWindowHours must be 1 to 168, whole (AWS Backup restore testing), got 0; correct it",
          'restoreTesting.selections must hold one of Aurora, RDS, S3 for the pitr test (AWS Backup restores these to any moment), got ["EKS"]; name it, or leave the test out',
        ],
      ],
      [
        "of a database without long-term backups",
        () => database({ longTerm: undefined, protection: { ...once, retention: { daily: "35 days" } } }),
        [
          'restoreTesting must stand beside longTerm (AWS Backup restores its own recovery points, not the automated backups of RDS), got "no longTerm"; give longTerm: { vault }, or leave it out',
        ],
      ],
      [
        "of a database that keeps nothing past 35 days",
        () => database({ protection: { ...once, retention: { daily: "35 days" } } }),
        [
          'protection.restoreTests must have a class past 35 days to restore (AWS Backup restores what longTerm keeps, not the automated backups of RDS), got ["smoke"]; keep such a class, or leave restoreTesting out in this environment',
        ],
      ],
      [
        "of a database with a window that is none",
        () => database({ restoreTesting: { validation, validationWindowHours: 169, type: "EFS" } }),
        ['restoreTesting.type must be "RDS" or "Aurora", got "EFS"; leave it out'],
      ],
      [
        "of a database with a window out of range",
        () => database({ restoreTesting: { validation, validationWindowHours: 169 } }),
        [
          "restoreTesting.validationWindowHours must be 0 to 168, whole (AWS Backup restore testing), got 169; correct it",
        ],
      ],
    ];
    for (const [title, make, messages] of cases)
      it(title, async () => {
        assert.deepEqual(await problemsOf(make), messages);
      });
    it("not at the bounds", async () => {
      assert.deepEqual(await problemsOf(() => alone({})), []);
      const daily = { ...once, retention: { daily: "36 days" } };
      assert.deepEqual(await problemsOf(() => database({ protection: daily })), []);
      assert.deepEqual(
        await problemsOf(() =>
          database({ restoreTesting: { validation, validationWindowHours: 168, type: "Aurora" } }),
        ),
        [],
      );
    });
  });
});

describe("an alarm of age of an asset", () => {
  it("asks for the newest backup of the plan, of the policy by its metrics, and of the database by RDS", async () => {
    const { all } = await strategyOf({
      files: aws.resources({ vault, anyTags: { backup: "yes" }, alarmTopicArn, protection: once }),
      volumes: aws.ebsVolumes({ region, targetTags: { snapshots: "yes" }, alarmTopicArn, protection: once }),
      ledger: aws.rdsInstance({ instance, longTerm: { vault }, alarmTopicArn, protection: once }),
    });
    const alarms = allInputsOf(all, "cloudwatch.MetricAlarm");
    assert.deepEqual(
      Object.entries(alarms)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([name, { metricName, threshold, evaluationPeriods, treatMissingData, alarmActions }]) =>
          [name, metricName, threshold, evaluationPeriods, treatMissingData, alarmActions].join(" "),
        ),
      [
        "platform-files-missing NewestBackupAge 7200 2 breaching " + alarmTopicArn,
        "platform-ledger-long-term-missing NewestBackupAge 5356800 2 breaching " + alarmTopicArn,
        "platform-ledger-missing NewestBackupAge 7200 2 breaching " + alarmTopicArn,
        "platform-volumes-copies-failed SnapshotsCopiedRegionFailed 1 1 notBreaching " + alarmTopicArn,
        "platform-volumes-failed SnapshotsCreateFailed 1 1 notBreaching " + alarmTopicArn,
        "platform-volumes-missing SnapshotsCreateCompleted 1 2 breaching " + alarmTopicArn,
        "platform-volumes-targets ResourcesTargeted 1 2 breaching " + alarmTopicArn,
      ],
    );
    assert.deepEqual(Object.keys(allInputsOf(all, "lambda.Function")).sort(), [
      "platform-files-age",
      "platform-ledger-age",
      "platform-ledger-long-term-age",
    ]);
  });

  it("may look at what it watches, and count in its own namespace, nothing else", async () => {
    const { all } = await strategyOf({
      ledger: aws.rdsInstance({ instance, longTerm: { vault }, alarmTopicArn, protection: once }),
      volumes: aws.ebsVolumes({
        region,
        targetTags: { snapshots: "yes" },
        alarmTopicArn,
        protection: { ...once, frequency: "1 week", retention: { weekly: "10 weeks" } },
      }),
    });
    const statements = Object.entries(allInputsOf(all, "iam.RolePolicy")).map(([name, { policy }]) => [
      name,
      (
        JSON.parse(String(policy)) as { Statement: { Action: string; Resource: string; Condition?: object }[] }
      ).Statement.map(({ Action, Resource, Condition }) => [Action, Resource, Condition]),
    ]);
    const count = ["cloudwatch:PutMetricData", "*", { StringEquals: { "cloudwatch:namespace": "BackupTiers" } }];
    assert.deepEqual(Object.fromEntries(statements), {
      "platform-ledger-age-role-policy": [count, ["rds:DescribeDBInstances", instance.arn, undefined]],
      "platform-ledger-long-term-age-role-policy": [
        count,
        ["backup:ListRecoveryPointsByBackupVault", vault.arn, undefined],
      ],
      "platform-volumes-age-role-policy": [count, ["ec2:DescribeSnapshots", "*", undefined]],
    });
  });

  it("is refused a topic of another region, or what is none", async () => {
    const wrong = alarmTopicArn.replace(region, "eu-central-1");
    const message = (got: string) =>
      `alarmTopicArn must be the ARN of a standard SNS topic of ${region} (CloudWatch), got "${got}"; name a topic, such as the topicArn of an aws.BackupAlarms`;
    const environment = "production";
    for (const topic of [wrong, `${alarmTopicArn}.fifo`, validation.checkFunctionArn])
      for (const make of [
        () => new aws.BackupPlan("a", { environment, ...data(), alarmTopicArn: topic }),
        () =>
          new aws.SnapshotPolicy("a", {
            environment,
            region,
            targetTags: { a: topic },
            alarmTopicArn: topic,
            protection: once,
          }),
        () =>
          new aws.RdsBackups("a", {
            environment,
            instance,
            longTerm: { vault },
            alarmTopicArn: topic,
            protection: once,
          }),
      ])
        assert.deepEqual(await problemsOf(make), [message(topic)]);
  });

  it("is not made where the environment makes no backup at set times", async () => {
    const { all } = await strategyOf(
      { ledger: aws.rdsInstance({ instance, alarmTopicArn, protection: { frequency: "manual" } }) },
      "development",
    );
    assert.deepEqual(identities(all), []);
  });
});
