// What an audit registers, and what it refuses. Does not prove that Audit Manager accepts the names of the controls'
// parameters, which its API takes as free text.
import assert from "node:assert/strict";
import { Provider } from "@pulumi/aws/provider.js";
import { BackupAudit, type BackupAuditArgs, BackupPlan } from "../../components/aws/index.js";
import { record } from "../support/recorder.js";
import { allInputsOf, children, identities, inputsOf, problemsOf } from "./support/children.js";

const vault = (region: string) => ({
  name: `vault-${region}`,
  vaultName: "vault",
  arn: `arn:aws:backup:${region}:123456789012:backup-vault:vault`,
  declaration: { location: { provider: "aws", region }, locks: true },
});
const files = (environment: "production" | "staging") =>
  new BackupPlan("files", {
    environment,
    vault: vault("eu-west-1"),
    copies: [{ vault: vault("eu-central-1") }],
    anyTags: { backup: "yes" },
    protection: environment === "production" ? { lock: { period: "7 days" } } : {},
  }).plan;
const audit = (args: Partial<BackupAuditArgs> = {}, environment: "production" | "staging" = "production") =>
  new BackupAudit("audit", {
    environment,
    region: "eu-west-1",
    configRecorder: true,
    backups: { "all-files": { plan: files(environment), resourceTypes: ["EFS"] } },
    ...args,
  });
const own = (all: Parameters<typeof identities>[0]) => identities(all).filter(([, name]) => name!.startsWith("audit"));

describe("aws.BackupAudit", () => {
  it("audits the plan's own numbers", async () => {
    const controls = async (environment: "production" | "staging") => {
      const { controls: made } = inputsOf(await record(() => audit({}, environment)), "backup.Framework") as {
        controls: { name: string; inputParameters?: { name: string; value: string }[]; scope?: object }[];
      };
      return made.map(({ name, inputParameters = [] }) =>
        [name, ...inputParameters.map(({ name: key, value }) => `${key}=${value}`)].join(" "),
      );
    };
    const always = [
      "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN",
      "BACKUP_RECOVERY_POINT_ENCRYPTED",
      "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED",
      "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK requiredRetentionDays=7",
    ];
    const frequency = "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK requiredFrequencyUnit=hours";
    const age = "BACKUP_LAST_RECOVERY_POINT_CREATED recoveryPointAgeUnit=";
    assert.deepEqual(await controls("production"), [
      ...always,
      `${frequency} requiredFrequencyValue=1 requiredRetentionDays=7`,
      `${age}hours recoveryPointAgeValue=2`,
      "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK",
    ]);
    assert.deepEqual(await controls("staging"), [
      ...always,
      `${frequency} requiredFrequencyValue=24 requiredRetentionDays=7`,
      `${age}days recoveryPointAgeValue=2`,
    ]);
  });

  it("audits one asset of a strategy's plan, and leaves out and says what no control can hold", async () => {
    const rare = (frequency: "1 month" | "3 months") => {
      const protection = { frequency, retention: { monthly: "12 months" }, lock: "none" } as const;
      const { assets, ...plan } = new BackupPlan("files", {
        environment: "production",
        vault: vault("eu-west-1"),
        copies: [{ vault: vault("eu-central-1") }],
        anyTags: { backup: "yes" },
        protection,
      }).plan;
      return { ...plan, assets: [...assets, { ...files("production").assets[0]!, name: "orders" }] };
    };
    const of = async (frequency: "1 month" | "3 months", asset?: string) => {
      let made: BackupAudit | undefined;
      const all = await record(() => {
        made = audit({ backups: { one: { plan: rare(frequency), asset, resourceTypes: ["EFS"] } } });
      });
      const { controls } = inputsOf(all, "backup.Framework") as { controls: { name: string }[] };
      const names = controls.map(({ name }) => name);
      return {
        frequency: names.includes("BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK"),
        age: names.includes("BACKUP_LAST_RECOVERY_POINT_CREATED"),
        issues: made!.issues.map(({ level, message }) => `${level}: ${message}`),
      };
    };
    const asks = (days: number, what: string) =>
      `warning: backups.one.plan must ask 31 days or less to be audited (AWS Backup Audit Manager), got "${days} days"; ${what}`;
    const age = (days: number) => asks(days, "the age of the newest is not audited; watch it by an aws.BackupAlarms");
    assert.deepEqual(await of("1 month", "files"), { frequency: true, age: false, issues: [age(62)] });
    assert.deepEqual(await of("3 months", "files"), {
      frequency: false,
      age: false,
      issues: [asks(92, "the frequency is not audited"), age(184)],
    });
    assert.deepEqual(await of("3 months", "orders"), { frequency: true, age: true, issues: [] });
    assert.deepEqual(await of("3 months"), { frequency: true, age: true, issues: [] });
    assert.deepEqual(
      await problemsOf(() =>
        audit({ backups: { one: { plan: rare("1 month"), asset: "order", resourceTypes: ["EFS"] } } }),
      ),
      ['backups.one.asset must be an asset of the plan, got "order"; use files, orders'],
    );
  });

  it("reports jobs, copies, restores and compliance under names without dashes, through an explicit provider", async () => {
    const all = await record(() => {
      const provider = new Provider("other", { region: "eu-west-1" });
      new BackupAudit(
        "audit",
        {
          environment: "production",
          configRecorder: true,
          backups: { files: { plan: files("production"), resourceTypes: ["EFS"] } },
          reports: { bucket: "reports" },
        },
        { provider },
      );
    });
    assert.deepEqual(
      own(all).map(([type, name]) => `${type!} ${name!}`),
      [
        "backup.ReportPlan audit-backup-job",
        "backup.ReportPlan audit-control-compliance",
        "backup.ReportPlan audit-copy-job",
        "backup.Framework audit-files",
        "backup.ReportPlan audit-resource-compliance",
        "backup.ReportPlan audit-restore-job",
      ],
    );
    for (const { name } of Object.values(allInputsOf(all, "backup.ReportPlan")))
      assert.match(name as string, /^[A-Za-z][A-Za-z0-9_]*$/);
    const mine = children(all).filter(({ name }) => name.startsWith("audit"));
    assert.ok(mine.every(({ provider, protect }) => provider.includes("::other::") && protect));
  });

  it("refuses everything wrong at once", async () => {
    const wrong = { backups: { files: { plan: undefined, resourceTypes: [] } }, configRecorder: false, reports: {} };
    assert.deepEqual(await problemsOf(() => audit(wrong as unknown as Partial<BackupAuditArgs>)), [
      "configRecorder must be true (a framework needs a recorder of AWS Config, and fails without), got false; record these types in the region and set it",
      "backups.files.plan must be given, got nothing; give the component's plan",
      'backups.files.resourceTypes must name a type (AWS Backup), got []; write ["RDS"]',
      "reports.bucket must be given, got nothing; name the bucket",
    ]);
    assert.deepEqual(await problemsOf(() => audit({ backups: {} })), [
      "backups must be 1 to 15 (AWS Backup Audit Manager), got 0; put several types into one",
    ]);
  });
});
