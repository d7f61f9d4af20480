// What the component registers, and what it refuses. Does not prove that RDS accepts a pair of regions or a key, or
// that a snapshot can be restored.
import assert from "node:assert/strict";
import * as rds from "@pulumi/aws/rds/index.js";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws/provider.js";
import {
  type BackupVaultTarget,
  rdsCluster,
  rdsInstance,
  RdsBackups,
  type RdsBackupsArgs,
  rdsSettings,
} from "../../components/aws/index.js";
import { BackupStrategy } from "../../components/index.js";
import { record } from "../support/recorder.js";
import { keys } from "../support/keys.js";
import { children, identities, inputsOf, problemsOf } from "./support/children.js";

const vault = (region: string, more: Partial<BackupVaultTarget> = {}): BackupVaultTarget => ({
  name: `vault-${region}`,
  vaultName: "vault",
  arn: `arn:aws:backup:${region}:123456789012:backup-vault:vault`,
  declaration: { location: { provider: "aws", region }, locks: true },
  ...more,
});
const instance = { arn: "arn:aws:rds:eu-west-1:123456789012:db:ledger", identifier: "ledger" };
const cluster = { arn: "arn:aws:rds:eu-west-1:123456789012:cluster:ledger", clusterIdentifier: "ledger" };
const whole: RdsBackupsArgs = {
  environment: "production",
  instance,
  replication: { region: "eu-central-1" },
  longTerm: { vault: vault("eu-west-1"), copies: [{ vault: vault("eu-west-3") }] },
  eventTopicArn: "arn:aws:sns:eu-west-1:123456789012:alarms",
};
const backups = (args: Partial<RdsBackupsArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new RdsBackups("ledger", { ...whole, ...args }, opts);
const problems = (args: Record<string, unknown>) => problemsOf(() => backups(args));

describe("aws.RdsBackups", () => {
  it("replicates with a key of its own, keeps long classes by AWS Backup, and subscribes to events", async () => {
    const all = await record(() => backups());
    assert.deepEqual(identities(all), [
      ["rds.EventSubscription", "ledger-events"],
      ["backup.Plan", "ledger-long-term"],
      ["iam.Role", "ledger-long-term-role"],
      ["iam.RolePolicyAttachment", "ledger-long-term-role-backup"],
      ["backup.Selection", "ledger-long-term-selection"],
      ["rds.InstanceAutomatedBackupsReplication", "ledger-replica"],
      ["kms.Key", "ledger-replica-key"],
    ]);
    assert.ok(children(all).every(({ protect }) => protect));
    const regions = Object.fromEntries(children(all).map(({ name, inputs }) => [name, inputs["region"]]));
    assert.deepEqual(
      [regions["ledger-replica"], regions["ledger-replica-key"], regions["ledger-long-term"], regions["ledger-events"]],
      ["eu-central-1", "eu-central-1", "eu-west-1", "eu-west-1"],
    );
    const replica = inputsOf(all, "rds.InstanceAutomatedBackupsReplication");
    assert.deepEqual([replica["sourceDbInstanceArn"], replica["retentionPeriod"]], [instance.arn, 14]);
    const plan = inputsOf(all, "backup.Plan")["rules"] as Record<string, unknown>[];
    assert.deepEqual(
      plan.map(({ ruleName, lifecycle, enableContinuousBackup }) => [ruleName, lifecycle, enableContinuousBackup]),
      [["monthly", { deleteAfter: 366 }, undefined]],
    );
    assert.deepEqual(inputsOf(all, "backup.Selection")["resources"], [instance.arn]);
    assert.deepEqual(
      [inputsOf(all, "rds.EventSubscription")["sourceType"], inputsOf(all, "rds.EventSubscription")["sourceIds"]],
      ["db-instance", ["ledger"]],
    );
  });

  it("takes the provider's own resources, in a strategy, and names every mechanism and location", async () => {
    let strategy: BackupStrategy | undefined;
    const all = await record(() => {
      const database = new rds.Instance("ledger", { instanceClass: "db.t4g.small", ...rdsSettings("production") });
      const aurora = new rds.Cluster("orders", { engine: "aurora-postgresql", ...rdsSettings("production") });
      const { longTerm } = whole;
      strategy = new BackupStrategy("platform", {
        environment: "production",
        stores: {},
        keys: { recipients: keys.recipients },
        assets: {
          ledger: rdsInstance({
            instance: database,
            region: "eu-west-1",
            replication: whole.replication!,
            longTerm: longTerm!,
          }),
          orders: rdsCluster({
            cluster: aurora,
            region: "eu-west-1",
            longTerm: { ...longTerm!, optInAcknowledged: true },
            protection: { copies: 2 },
          }),
        },
      });
    });
    assert.ok(identities(all).some(([, name]) => name === "platform-orders-long-term"));
    const [ledger, orders] = strategy!.plan.assets;
    assert.deepEqual(ledger!.mechanisms, ["rds-automated-backups", "rds-backup-replication", "aws-backup"]);
    assert.deepEqual(ledger!.retention, { hourly: 1, daily: 30, monthly: 366, pitrDays: 14 });
    assert.deepEqual(
      ledger!.copies.map(({ location }) => location),
      ["aws/default/eu-west-1", "aws/default/eu-central-1", "aws/default/eu-west-1", "aws/default/eu-west-3"],
    );
    assert.deepEqual(orders!.mechanisms, ["rds-automated-backups", "aws-backup"]);
  });

  it("makes nothing more where RDS keeps all that is asked", async () => {
    const all = await record(() => new RdsBackups("ledger", { environment: "development", instance }));
    assert.deepEqual(identities(all), []);
  });

  it("passes an explicit provider to every child, and two do not clash", async () => {
    const all = await record(() => {
      const provider = new Provider("other", { region: "eu-west-1" });
      backups({}, { provider });
      new RdsBackups("second", whole, { provider });
    });
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
    assert.equal(new Set(children(all).map(({ type, name }) => `${type} ${name}`)).size, children(all).length);
  });

  describe("refuses", () => {
    const key = (region: string) => `arn:aws:kms:${region}:123456789012:key/k`;
    const replication = (more: object) => ({ replication: { region: "eu-central-1", ...more } });
    const known = { instance: undefined, replication: undefined, region: "eu-west-1", protection: { copies: 2 } };
    const cases: readonly [string, Record<string, unknown>, Record<string, unknown>, string][] = [
      [
        "no database",
        { instance: undefined },
        {},
        "instance must be given, or cluster, and not both (one component protects one database), got nothing; give the aws.rds.Instance or the aws.rds.Cluster",
      ],
      [
        "a cluster's ARN as an instance's",
        {
          instance: { ...instance, arn: cluster.arn.replace("rds", "rds") },
          longTerm: { ...whole.longTerm, optInAcknowledged: true },
        },
        {},
        `instance.arn must be the ARN of a DB instance (RDS), got "${cluster.arn}"; write arn:aws:rds:<region>:<account>:db:<identifier>`,
      ],
      [
        "a replica beside the database",
        { ...replication({ region: "eu-west-1" }), protection: { copies: 2 } },
        {},
        'replication.region must differ from the database\'s region (RDS), got "eu-west-1"; name another',
      ],
      [
        "a replica in another partition",
        replication({ region: "cn-north-1" }),
        replication({}),
        'replication.region must lie in the partition of eu-west-1, aws (RDS allows certain pairs of regions, none across partitions), got "cn-north-1"; name a region that aws rds describe-source-regions lists',
      ],
      [
        "long-term backups of a cluster that is known later, without the region's opt-in",
        { ...known, cluster: { arn: pulumi.output(cluster.arn), clusterIdentifier: "ledger" } },
        { ...known, cluster, longTerm: { ...whole.longTerm, optInAcknowledged: true } },
        "longTerm.optInAcknowledged must be true for clusters of Aurora, Neptune and DocumentDB (AWS Backup leaves them out where the region has not opted in), got nothing; switch the service on in AWS Backup's settings and set it",
      ],
      [
        "a replica of a cluster",
        { instance: undefined, cluster, longTerm: { ...whole.longTerm, optInAcknowledged: true } },
        {},
        'replication must be left out for clusters (RDS replicates automated backups of instances only), got "eu-central-1"; copy by longTerm.copies',
      ],
      [
        "a replica's key of another region",
        replication({ kmsKeyArn: key("eu-west-1") }),
        replication({ kmsKeyArn: key("eu-central-1") }),
        `replication.kmsKeyArn must be the ARN of a key of eu-central-1 (RDS encrypts where the copy lies), got "${key("eu-west-1")}"; name a key of that region or leave it out`,
      ],
      [
        "a replica of 36 days",
        replication({ retentionDays: 36 }),
        replication({ retentionDays: 35 }),
        "replication.retentionDays must be 1 to 35 whole days (RDS), got 36; leave it out for the environment's window",
      ],
      [
        "36 days without a second mechanism",
        { longTerm: undefined, protection: { copies: 2, lock: "none", retention: { daily: "36 days" } } },
        { longTerm: undefined, protection: { copies: 2, lock: "none", retention: { daily: "35 days" } } },
        'protection.retention.daily must have a second mechanism past 35 days (RDS automated backups end there), got "36 days"; give longTerm: { vault }, or override the retention',
      ],
      [
        "any moment of 36 days",
        { protection: { lock: "none", retention: { daily: "7 days", pitr: "36 days" } } },
        { protection: { lock: "none", retention: { daily: "7 days", pitr: "35 days" } } },
        'protection.retention.pitr must be at most 35 days (RDS automated backups), got "36 days"; shorten it, and keep older states by a class and longTerm',
      ],
      [
        "a backup window of 29 minutes",
        { backupWindow: "23:45-00:14" },
        { backupWindow: "23:45-00:15" },
        'backupWindow must be hh:mm-hh:mm of at least 30 minutes (RDS), got "23:45-00:14"; write for example "03:00-03:30"',
      ],
      [
        "a maintenance window of 29 minutes",
        { maintenanceWindow: "sun:23:45-mon:00:14" },
        { maintenanceWindow: "sun:12:45-sun:13:15" },
        'maintenanceWindow must be ddd:hh:mm-ddd:hh:mm of at least 30 minutes (RDS), got "sun:23:45-mon:00:14"; write for example "sun:05:00-sun:06:00"',
      ],
      [
        "windows that overlap across the end of the week",
        { backupWindow: "22:30-23:31", maintenanceWindow: "sun:23:30-mon:00:00" },
        { backupWindow: "22:30-23:30", maintenanceWindow: "sun:23:30-mon:00:00" },
        'backupWindow must not overlap the maintenance window sun:23:30-mon:00:00 (RDS), got "22:30-23:31"; move one of them',
      ],
      [
        "a topic that is none",
        { eventTopicArn: "arn:aws:sqs:eu-west-1:123456789012:alarms" },
        {},
        'eventTopicArn must be the ARN of an SNS topic (RDS), got "arn:aws:sqs:eu-west-1:123456789012:alarms"; name a topic',
      ],
      [
        "a misspelt word",
        { maintenanceWindo: "x" },
        {},
        "args.maintenanceWindo must be a key that is known (nothing reads other keys), got maintenanceWindo; write maintenanceWindow",
      ],
    ];
    for (const [title, wrong, right, text] of cases)
      it(title, async () => {
        assert.deepEqual(await problems(wrong), [text]);
        assert.deepEqual(await problems(right), []);
      });

    it("a maintenance window in which AWS Backup could not start", async () => {
      const all = await record(() => backups());
      const [rule] = inputsOf(all, "backup.Plan")["rules"] as { schedule: string }[];
      const [, minute, hour] = /^cron\((\d+) (\d+) /.exec(rule!.schedule)!.map(Number);
      const time = (shift: number) => {
        const at = (hour! * 60 + minute! + shift + 1_440) % 1_440;
        return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
      };
      const window = (from: number) => ({ maintenanceWindow: `wed:${time(from)}-wed:${time(from + 30)}` });
      assert.deepEqual(await problems(window(61)), []);
      const [text] = await problems(window(60));
      assert.match(String(text), /^maintenanceWindow must not hold a start of AWS Backup, nor begin less than an hour/);
    });
  });
});
