// What the component registers, and what it refuses. Does not prove that Longhorn makes backups, nor that the alerts
// fire: no Longhorn runs in the tests.
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { type BackupStore, BackupStrategy } from "../../components/index.js";
import { LonghornBackups, type LonghornBackupsArgs, longhornVolumes } from "../../components/kubernetes/index.js";
import { longhornTiers } from "../../components/kubernetes/longhorn-tiers.js";
import { keys } from "../support/keys.js";
import { problemsOf } from "../support/problems.js";
import { record, type Registration } from "../support/recorder.js";

const bucket = (name: string, more: Partial<BackupStore> = {}): BackupStore => ({
  name,
  declaration: { location: { provider: "aws", region: name } },
  access: { kind: "s3", bucket: `${name}-bucket`, region: name },
  ...more,
});
const near = bucket("eu-west-1");
const protection = { copies: 1, frequency: { cron: "30 2 * * *" } } as const;
let made: LonghornBackups | undefined;
const make = (args: Partial<LonghornBackupsArgs> = {}, opts?: pulumi.ComponentResourceOptions) => {
  made = new LonghornBackups("volumes", { environment: "production", stores: [near], protection, ...args }, opts);
};
const problems = (args: object) =>
  problemsOf(() => {
    make(args);
  });
const children = (all: readonly Registration[]) => all.filter(({ type }) => type.startsWith("kubernetes:"));
const identities = (all: readonly Registration[]) =>
  children(all)
    .map(({ type, name, protect }) => [type.split(":").at(-1), name, protect])
    .sort();
const specOf = (all: readonly Registration[], name: string) =>
  all.find((one) => one.name === name)!.inputs["spec"] as Record<string, unknown>;

describe("kubernetes.LonghornBackups", () => {
  it("patches the default target and makes a job for each class, protected in production", async () => {
    const all = await record(() => {
      make();
    });
    assert.deepEqual(identities(all), [
      ["BackupTargetPatch", "volumes-target", true],
      ["RecurringJob", "volumes-daily", true],
      ["RecurringJob", "volumes-weekly", true],
    ]);
    assert.deepEqual(specOf(all, "volumes-target"), {
      backupTargetURL: "s3://eu-west-1-bucket@eu-west-1/longhorn/production/volumes/",
      credentialSecret: "",
      pollInterval: "5m0s",
    });
    assert.deepEqual(specOf(all, "volumes-daily"), {
      name: "volumes-daily",
      cron: "30 2 * * *",
      task: "backup-force-create",
      groups: ["default"],
      retain: 7,
      concurrency: 2,
      labels: { "backup-tiers/asset": "volumes", "backup-tiers/class": "daily" },
      parameters: { "full-backup-interval": "20" },
    });
    const { cron, retain } = specOf(all, "volumes-weekly");
    assert.deepEqual([cron, retain], ["30 2 * * 0", 4]);
    assert.deepEqual(made!.storageClassParameters, {
      recurringJobSelector: '[{"name":"default","isGroup":true}]',
      backupTargetName: "default",
    });
    assert.deepEqual(made!.claimLabels, {
      "recurring-job.longhorn.io/source": "enabled",
      "recurring-job-group.longhorn.io/default": "enabled",
    });
  });

  it("makes another target, for groups, with alerts that follow the schedule", async () => {
    const all = await record(() => {
      make({
        targetName: "offsite",
        groups: ["databases", "files"],
        credentialSecret: "longhorn-s3",
        pollSeconds: 0,
        backUpUnchanged: false,
        fullBackupInterval: 6,
        concurrency: 5,
        alertLabels: { release: "monitoring" },
      });
    });
    assert.deepEqual(
      identities(all).map(([type]) => type),
      ["BackupTarget", "PrometheusRule", "RecurringJob", "RecurringJob"],
    );
    const { task, groups, concurrency, parameters } = specOf(all, "volumes-daily");
    assert.deepEqual(
      [task, groups, concurrency, parameters],
      ["backup", ["databases", "files"], 5, { "full-backup-interval": "6" }],
    );
    const [group] = specOf(all, "volumes-alerts")["groups"] as {
      rules: { alert: string; expr: string; for: string }[];
    }[];
    assert.deepEqual(
      group!.rules.map((rule) => [rule.alert, rule.expr, rule.for]),
      [
        [
          "LonghornBackupTooOld",
          "longhorn_volume_last_backup_at > 0 and time() - longhorn_volume_last_backup_at > 172800",
          "5m",
        ],
        ["LonghornBackupMissing", "longhorn_volume_last_backup_at == 0", "172800s"],
        ["LonghornBackupUnseen", "absent(longhorn_volume_last_backup_at)", "15m"],
        ["LonghornBackupFailed", "longhorn_backup_state == 4", "5m"],
      ],
    );
  });

  it("keeps at least as many backups as the days hold runs, for every daily time and weekday", () => {
    const weekdays = fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 });
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(weekdays, hours, fc.integer({ min: 1, max: 60 }), (on, at, days) => {
        const cron = `0 ${at.join(",")} * * ${on.join(",")}`;
        const schedule = { cron, timeZone: "Etc/UTC" };
        const [tier] = longhornTiers({ schedule, retention: { daily: days } });
        const runs = (first: number) =>
          Array.from({ length: days }, (_, day) => (on.includes((first + day) % 7) ? at.length : 0));
        const most = Math.max(...[0, 1, 2, 3, 4, 5, 6].map((first) => runs(first).reduce((sum, n) => sum + n, 0)));
        assert.ok(tier!.retain >= most, `${tier!.retain} of ${most}`);
      }),
    );
    const months = { schedule: { cron: "0 3 * * *", timeZone: "Etc/UTC" }, retention: { monthly: 365, yearly: 2_555 } };
    assert.deepEqual(
      longhornTiers(months).map(({ name, retain }) => [name, retain]),
      [
        ["monthly", 365],
        ["yearly", 7],
      ],
    );
  });

  it("passes an explicit provider to every child, and two groups do not clash", async () => {
    const all = await record(() => {
      const provider = new Provider("other", {});
      make({ targetName: "one" }, { provider });
      const second = { environment: "staging", stores: [near], targetName: "two", groups: ["b"] } as const;
      new LonghornBackups("second", second, { provider });
    });
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
    const objects = children(all).map(({ type, inputs }) => `${type} ${(inputs["metadata"] as { name: string }).name}`);
    assert.equal(new Set(objects).size, objects.length);
  });

  it("is an asset of a strategy, and its names fit", async () => {
    let strategy: BackupStrategy | undefined;
    const declare = (changes: object) =>
      record(() => {
        strategy = new BackupStrategy("a-platform-with-a-very-long-name-of-its-own", {
          environment: "production",
          stores: { near },
          keys: { recipients: keys.recipients },
          assets: { volumes: longhornVolumes({ protection, ...changes }) },
        });
      });
    const all = await declare({});
    const jobs = children(all).filter(({ type }) => type.endsWith(":RecurringJob"));
    for (const { inputs } of jobs) assert.ok((inputs["metadata"] as { name: string }).name.length <= 40);
    assert.deepEqual(strategy!.plan.assets[0]!.mechanisms, ["longhorn"]);
    await assert.rejects(declare({ group: ["x"] }), /assets\.volumes\.group must be .*write groups/);
  });

  describe("refuses", () => {
    const locks = bucket("eu-west-1", { declaration: { location: { provider: "aws", region: "x" }, locks: true } });
    const cases: readonly [string, object, object, string][] = [
      [
        "more backups than Longhorn keeps",
        { protection: { ...protection, frequency: "1 hour", retention: { hourly: "5 days" } } },
        { protection: { ...protection, frequency: "1 hour", retention: { hourly: "4 days" } } },
        'protection.retention.hourly must come to at most 100 backups (Longhorn\'s setting recurring-job-max-retention), got "5 days of 120 backups"; keep them shorter, run less often, or raise the setting and say so as maxRetention',
      ],
      [
        "for ever",
        { protection: { ...protection, retention: { daily: "forever" } } },
        { protection: { ...protection, retention: { daily: "100 days" } } },
        'protection.retention.daily must come to at most 100 backups (Longhorn\'s setting recurring-job-max-retention), got "forever"; keep them shorter, run less often, or raise the setting and say so as maxRetention',
      ],
      [
        "two stores",
        { stores: [near, bucket("eu-central-1")], protection: { ...protection, copies: 2 } },
        {},
        'stores must be one (a volume of Longhorn has one backup target), got ["eu-west-1","eu-central-1"]; set protection: { copies: 1 }, and let the bucket replicate or add another mechanism',
      ],
      [
        "another cloud's bucket",
        { stores: [bucket("n", { access: { kind: "gcs", bucket: "b" } })] },
        {},
        'stores.n must be a bucket of S3 or of a server that speaks it (kubernetes.LonghornBackups writes no other address), got "gcs"; name another store',
      ],
      [
        "a bucket that may lock",
        { stores: [locks] },
        { stores: [locks], defaultLockDays: 0 },
        'defaultLockDays must be 0 (Longhorn forbids every retention policy on its backups: blocks are shared), got nothing; say 0 for a bucket without a default lock, such as one made with lock: "none"',
      ],
      [
        "a lock",
        { protection: { ...protection, lock: { period: "1 day" } } },
        {},
        'protection.lock must be "none" (Longhorn forbids every retention policy on its backups), got {"daily":1,"weekly":1}; lock another copy by kubernetes.VolumeFilesBackup',
      ],
      [
        "keys without a Secret",
        { stores: [bucket("n", { access: { kind: "s3", bucket: "b", region: "r", credentialsSecret: "s" } })] },
        {},
        "credentialSecret must name a Secret in Longhorn's namespace, because the store has keys or an address of its own, got nothing; make one with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_ENDPOINTS",
      ],
      [
        "a time zone",
        { protection: { ...protection, frequency: { cron: "0 12 * * *", timeZone: "Europe/Vienna" } } },
        {},
        'protection.frequency must count in UTC (Longhorn knows no time zones), got "Europe/Vienna"; convert it',
      ],
      [
        "polling without a pause",
        { pollSeconds: 59 },
        { pollSeconds: 60 },
        "pollSeconds must be a whole number from 60 to 86400 (Longhorn), got 59; leave it out for 300, or write 0 for never",
      ],
      [
        "no group",
        { groups: [] },
        { groups: ["a"] },
        'groups must name at least one group (a job without one backs nothing up), got []; leave it out for ["default"]',
      ],
    ];
    for (const [title, wrong, right, text] of cases)
      it(title, async () => {
        assert.deepEqual(
          (await problems(wrong)).filter((line) => !line.startsWith("protection.lock must have")),
          [text],
        );
        assert.deepEqual(await problems(right), []);
      });

    it("everything wrong at once", async () => {
      const found = await problems({ gruops: ["x"], concurrency: 0, maxRetention: 251 });
      assert.equal(found.length, 3, found.join("\n"));
    });
  });
});
