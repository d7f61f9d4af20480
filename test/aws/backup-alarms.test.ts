// What the alarms register, and what they refuse. Does not prove that AWS sends an event or counts a metric.
import assert from "node:assert/strict";
import { Provider } from "@pulumi/aws/provider.js";
import * as aws from "../../components/aws/index.js";
import type { DurationText, Plan } from "../../components/index.js";
import { record } from "../support/recorder.js";
import { allInputsOf, children, identities, inputsOf, problemsOf } from "./support/children.js";

const vault = {
  name: "vault",
  vaultName: "vault",
  arn: "arn:aws:backup:eu-west-1:123456789012:backup-vault:vault",
  declaration: { location: { provider: "aws", region: "eu-west-1" } },
};
const region = "eu-west-1";

/** The plan of real backups that run every so often. */
function planOf(frequency: DurationText): Plan {
  return new aws.BackupPlan("files", {
    environment: "development",
    vault,
    anyTags: { backup: "yes" },
    protection: { frequency, retention: { daily: "70 days" } },
  }).plan;
}

const emptyPlan = {
  environment: "production",
  assets: [{ name: "files" }],
  unprotected: [],
  issues: [],
} as unknown as Plan;

const alarms = (args: Partial<aws.BackupAlarmsArgs> = {}, plan = planOf("1 day")) =>
  new aws.BackupAlarms("alarms", {
    environment: "production",
    region,
    emails: ["platform@example.com"],
    jobs: { files: { plan, vault } },
    ...args,
  });
const own = (all: Parameters<typeof identities>[0]) => identities(all).filter(([, name]) => name!.startsWith("alarms"));
const alarmOf = async (name: string, make: () => unknown) => {
  const found = allInputsOf(await record(make), "cloudwatch.MetricAlarm")[name];
  if (found === undefined) return undefined;
  const { metricName, threshold, comparisonOperator, period, evaluationPeriods, treatMissingData, dimensions } = found;
  return { metricName, threshold, comparisonOperator, period, evaluationPeriods, treatMissingData, dimensions };
};

describe("aws.BackupAlarms", () => {
  it("registers a topic, its subscribers, event rules and alarms, protected in production", async () => {
    const all = await record(() => alarms());
    assert.deepEqual(
      own(all).map(([type, name]) => `${type!} ${name!}`),
      [
        "sns.Topic alarms",
        "cloudwatch.EventRule alarms-failed-jobs",
        "cloudwatch.EventTarget alarms-failed-jobs",
        "cloudwatch.EventRule alarms-failed-snapshots",
        "cloudwatch.EventTarget alarms-failed-snapshots",
        "cloudwatch.MetricAlarm alarms-files-copies-failed",
        "cloudwatch.MetricAlarm alarms-files-expired",
        "cloudwatch.MetricAlarm alarms-files-failed",
        "cloudwatch.MetricAlarm alarms-files-missing",
        "sns.TopicSubscription alarms-platform-example-com-" + own(all)[9]![1]!.slice(-7),
        "sns.TopicPolicy alarms-policy",
        "cloudwatch.EventRule alarms-policy-errors",
        "cloudwatch.EventTarget alarms-policy-errors",
        "cloudwatch.EventRule alarms-tampering",
        "cloudwatch.EventTarget alarms-tampering",
      ],
    );
    const mine = children(all).filter(({ name }) => name.startsWith("alarms"));
    assert.deepEqual(
      [...new Set(mine.map(({ inputs, protect }) => `${String(inputs["region"])} ${protect}`))],
      ["eu-west-1 true"],
    );
  });

  it("derives the age of the newest backup from the plan, and takes silence for an alarm", async () => {
    const dimensions = { BackupVaultName: "vault" };
    const missing = {
      metricName: "NumberOfBackupJobsCompleted",
      threshold: 1,
      comparisonOperator: "LessThanThreshold",
      period: 3_600,
      treatMissingData: "breaching",
      dimensions,
    };
    const of = (frequency: DurationText, maxAgeSeconds?: number) =>
      alarmOf("alarms-files-missing", () => {
        const plan = planOf(frequency);
        const assets = plan.assets.map((asset) => ({ ...asset, maxAgeSeconds: maxAgeSeconds ?? asset.maxAgeSeconds }));
        return alarms({}, { ...plan, assets });
      });
    assert.deepEqual(await of("1 day"), { ...missing, evaluationPeriods: 48 });
    assert.deepEqual(await of("6 hours"), { ...missing, evaluationPeriods: 12 });
    assert.deepEqual(await of("1 day", 7 * 86_400), { ...missing, evaluationPeriods: 168 });
    assert.deepEqual(await alarmOf("alarms-files-failed", () => alarms()), {
      metricName: "NumberOfBackupJobsFailed",
      threshold: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      period: 3_600,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      dimensions,
    });
  });

  it("asks each hour for the age of what CloudWatch cannot look back to, or of one plan, and takes silence for an alarm", async () => {
    const of = async (frequency: DurationText, more: object = {}, maxAgeSeconds?: number) => {
      const all = await record(() => {
        const plan = planOf(frequency);
        const assets = plan.assets.map((asset) => ({ ...asset, maxAgeSeconds: maxAgeSeconds ?? asset.maxAgeSeconds }));
        alarms({ jobs: { files: { plan: { ...plan, assets }, vault, ...more } } });
      });
      const { metricName, threshold, comparisonOperator, period, evaluationPeriods, treatMissingData, dimensions } =
        allInputsOf(all, "cloudwatch.MetricAlarm")["alarms-files-missing"]!;
      const rules = allInputsOf(all, "cloudwatch.EventRule");
      return {
        alarm: { metricName, threshold, comparisonOperator, period, evaluationPeriods, treatMissingData, dimensions },
        schedule: rules["alarms-age"]?.["scheduleExpression"],
      };
    };
    const asked = (threshold: number) => ({
      alarm: {
        metricName: "NewestBackupAge",
        threshold,
        comparisonOperator: "GreaterThanThreshold",
        period: 3_600,
        evaluationPeriods: 2,
        treatMissingData: "breaching",
        dimensions: { Backup: "project/test/alarms-files-missing" },
      },
      schedule: "rate(1 hour)",
    });
    assert.deepEqual(await of("1 week"), asked(14 * 86_400));
    assert.deepEqual(await of("1 day", {}, 7 * 86_400 + 1), asked(7 * 86_400 + 1));
    assert.deepEqual(await of("1 day", { planId: "plan-1" }), asked(2 * 86_400));
    const metric = await of("1 day", {}, 7 * 86_400);
    assert.deepEqual([metric.alarm.metricName, metric.schedule], ["NumberOfBackupJobsCompleted", undefined]);
  });

  it("watches databases by what RDS can restore, and one asset of a strategy's plan by its own age", async () => {
    const arn = "arn:aws:rds:eu-west-1:123456789012:db:ledger";
    const threshold = async (asset?: string) => {
      const all = await record(() => {
        const plan = planOf("1 day");
        const [one] = plan.assets;
        const both = { ...plan, assets: [one!, { ...one!, name: "orders", maxAgeSeconds: 7_200 }] };
        alarms({
          jobs: undefined,
          databases: { ledger: { plan: both, asset, instance: { arn, identifier: "ledger" } } },
        });
      });
      assert.deepEqual(Object.keys(allInputsOf(all, "cloudwatch.MetricAlarm")), ["alarms-ledger-missing"]);
      return allInputsOf(all, "cloudwatch.MetricAlarm")["alarms-ledger-missing"]!["threshold"];
    };
    assert.deepEqual([await threshold(), await threshold("files"), await threshold("orders")], [7_200, 172_800, 7_200]);
  });

  it("tells events alone, for assets that watch their own age", async () => {
    const all = await record(() => {
      new aws.BackupAlarms("alarms", { environment: "production", region, emails: ["platform@example.com"] });
    });
    assert.deepEqual(allInputsOf(all, "cloudwatch.MetricAlarm"), {});
    assert.equal(Object.keys(allInputsOf(all, "cloudwatch.EventRule")).length, 4);
  });

  it("watches the policies of DLM, and whether they still find anything", async () => {
    const all = await record(() => {
      const { plan, policyId } = new aws.SnapshotPolicy("volumes", {
        environment: "development",
        region,
        targetTags: { backup: "yes" },
      });
      alarms({ jobs: {}, snapshots: { volumes: { plan, policyId } } });
    });
    assert.deepEqual(
      Object.entries(allInputsOf(all, "cloudwatch.MetricAlarm")).map(([name, { metricName, evaluationPeriods }]) => [
        name,
        metricName,
        evaluationPeriods,
      ]),
      [
        ["alarms-volumes-failed", "SnapshotsCreateFailed", 1],
        ["alarms-volumes-copies-failed", "SnapshotsCopiedRegionFailed", 1],
        ["alarms-volumes-missing", "SnapshotsCreateCompleted", 48],
        ["alarms-volumes-targets", "ResourcesTargeted", 48],
      ],
    );
  });

  it("hears failed, expired and partial jobs whichever way the event words it, and deletions", async () => {
    const rules = allInputsOf(await record(() => alarms()), "cloudwatch.EventRule");
    const pattern = (name: string) => JSON.parse(String(rules[name]!["eventPattern"])) as { detail: unknown };
    const states = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"];
    assert.deepEqual(pattern("alarms-failed-jobs").detail, { $or: [{ state: states }, { status: states }] });
    assert.ok(JSON.stringify(pattern("alarms-tampering").detail).includes("DeleteBackupVaultLockConfiguration"));
    const quiet = allInputsOf(await record(() => alarms({ tampering: false })), "cloudwatch.EventRule");
    assert.equal(quiet["alarms-tampering"], undefined);
  });

  it("tells a channel of Slack with a role that may only look, and encrypts with a key that services may use", async () => {
    const slack = { workspaceId: "T012AB3CD", channelId: "C012AB3CD" };
    const all = await record(() => alarms({ slack, ownKey: true }));
    const { slackChannelId, slackTeamId, guardrailPolicyArns } = inputsOf(all, "chatbot.SlackChannelConfiguration");
    assert.deepEqual(
      [slackTeamId, slackChannelId, guardrailPolicyArns],
      ["T012AB3CD", "C012AB3CD", ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"]],
    );
    const { Statement } = JSON.parse(String(inputsOf(all, "kms.KeyPolicy")["policy"])) as {
      Statement: { Principal: { Service?: string[] } }[];
    };
    assert.deepEqual(Statement[1]!.Principal.Service, [
      "backup.amazonaws.com",
      "cloudwatch.amazonaws.com",
      "events.rds.amazonaws.com",
      "events.amazonaws.com",
    ]);
  });

  it("uses a topic that exists, passes an explicit provider on, and two do not clash", async () => {
    const all = await record(() => {
      const provider = new Provider("other", { region });
      const args = {
        environment: "staging",
        topicArn: "arn:aws:sns:eu-west-1:123456789012:ops",
        jobs: { files: { plan: planOf("1 day"), vault } },
      } as const;
      new aws.BackupAlarms("alarms", args, { provider });
      new aws.BackupAlarms("alarms-with-a-name-of-fifty-letters-and-more-of-them", args, { provider });
    });
    const mine = children(all).filter(({ name }) => name.startsWith("alarms"));
    assert.deepEqual(
      mine.filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
    assert.equal(new Set(mine.map(({ type, name }) => `${type} ${name}`)).size, mine.length);
    assert.deepEqual(allInputsOf(all, "sns.Topic"), {});
    for (const { name } of Object.values(allInputsOf(all, "cloudwatch.EventRule")))
      assert.ok(name === undefined || (name as string).length <= 64);
  });

  describe("refuses", () => {
    const cases: readonly [string, Record<string, unknown>, string[]][] = [
      [
        "alarms for nobody",
        { emails: [] },
        [
          "emails must name somebody, or slack, or topicArn (an alarm that nobody gets is none), got []; name an address",
        ],
      ],
      [
        "what is no address",
        { emails: ["platform"] },
        ['emails[0] must be an address (SNS), got "platform"; correct it'],
      ],
      [
        "nothing to watch",
        { jobs: {} },
        [
          "jobs must name something to watch, or snapshots, or databases, got {}; name it, or leave it out for events alone",
        ],
      ],
      [
        "an asset that the plan has not, and a database that is none",
        {
          jobs: { files: { plan: emptyPlan, asset: "file", vault } },
          databases: { ledger: { plan: emptyPlan } },
        },
        [
          'jobs.files.asset must be an asset of the plan, got "file"; use files',
          "databases.ledger.instance must be given, or cluster, and not both, got nothing; give the aws.rds.Instance or the aws.rds.Cluster",
        ],
      ],
      [
        "a FIFO topic",
        { topicArn: "arn:aws:sns:eu-west-1:123456789012:ops.fifo" },
        [
          'topicArn must be the ARN of a standard SNS topic (EventBridge), got "arn:aws:sns:eu-west-1:123456789012:ops.fifo"; name a topic',
        ],
      ],
      [
        "misspelt keys, all at once",
        { emial: [], slack: { workspace: "T012AB3CD", channelId: "C012AB3CD" } },
        [
          "args.emial must be a key that is known (nothing reads other keys), got emial; write emails",
          "slack.workspace must be a key that is known (nothing reads other keys), got workspace; write workspaceId",
          "slack.workspaceId must be given, got nothing; it begins with T",
        ],
      ],
    ];
    for (const [title, wrong, messages] of cases)
      it(title, async () => {
        assert.deepEqual(await problemsOf(() => alarms(wrong)), messages);
      });
  });
});
