// The components of AWS under the real engine: made, left alone by a second run, changed and destroyed. The provider and
// the servers (moto, MiniStack) stand in for the real ones: they keep what they are told and say it back, so this proves
// the requests' form and what they ask for. It does not prove that AWS enforces a lock, starts a job or restores
// anything, nor how the real provider words its requests.
import assert from "node:assert/strict";
import { needPrograms } from "../support/programs.js";
import { LanguageHost } from "./preview-real-engine.js";
import { AwsProvider } from "./support/aws-provider.js";
import { AwsServers } from "./support/aws-servers.js";
import { Project } from "./support/project.js";

const region = "eu-west-1";
const other = "eu-central-1";

describe("the components of AWS under the real engine, with servers that stand in for AWS", function () {
  const servers = new AwsServers();
  const provider = new AwsProvider(servers, region);
  // Pulumi's own host here is older than transforms.
  const host = new LanguageHost({});
  let project: Project | undefined;
  let outputs: Record<string, string> & { changes: { name: string; property: string; from: unknown; to: unknown }[] };

  const pulumi = (...args: string[]) => project!.pulumi(...args, "--stack", "stack");
  const up = async (...args: string[]) => {
    await pulumi("up", "--yes", "--skip-preview", ...args);
    outputs = JSON.parse(await pulumi("stack", "output", "--json")) as typeof outputs;
  };
  /** What an up would do, without what stays. */
  const foreseen = async () =>
    (await project!.steps("stack"))
      .filter(({ op }) => op !== "same")
      .map(({ op, urn }) => `${op} ${urn.split("::").at(-1)!}`)
      .sort();
  const ask = <T>(call: string, request?: object, where = region) => servers.ask<T>(call, where, request);

  before(async function () {
    needPrograms(this, "pulumi", "moto_server", "ministack");
    await servers.start();
    project = new Project("test/engine/programs/aws", {
      PULUMI_DEBUG_PROVIDERS: await provider.listen(),
      PULUMI_DEBUG_LANGUAGES: `nodejs:${await host.listen()}`,
    });
    await pulumi("stack", "init");
    await pulumi("config", "set", "aws:region", region);
    await pulumi("config", "set", "backup-tiers:environment", "production");
    await up();
  });
  after(async () => {
    provider.close();
    host.close();
    await servers.stop();
    project?.remove();
  });

  it("S3 has the bucket's lock, versions, encryption, lifecycle and policy (not proven: that it enforces them)", async () => {
    const Bucket = outputs["bucketName"];
    const of = async (call: string) => ask<Record<string, unknown>>(`s3.${call}`, { Bucket });
    assert.equal(await lock(), "GOVERNANCE 7");
    assert.equal((await of("GetBucketVersioning"))["Status"], "Enabled");
    const { Rules } = (await of("GetBucketEncryption"))["ServerSideEncryptionConfiguration"] as {
      Rules: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: string; KMSMasterKeyID: string } }[];
    };
    const { SSEAlgorithm, KMSMasterKeyID } = Rules[0]!.ApplyServerSideEncryptionByDefault;
    assert.deepEqual(
      [SSEAlgorithm, KMSMasterKeyID.split(":").slice(0, 4).join(":")],
      ["aws:kms", "arn:aws:kms:eu-west-1"],
    );
    assert.deepEqual((await of("GetPublicAccessBlock"))["PublicAccessBlockConfiguration"], {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    const policy = JSON.parse((await of("GetBucketPolicy"))["Policy"] as string) as { Statement: { Sid: string }[] };
    assert.deepEqual(
      policy.Statement.map(({ Sid }) => Sid),
      ["DenyInsecureTransport", "DenyOldTls", "DenyOtherEncryption", "DenyOtherKey"],
    );
    assert.deepEqual(await lifecycle(Bucket!), [
      "expire-after-1-days 1",
      "expire-after-7-days 7",
      "expire-after-28-days 28",
      "expire-after-30-days 30",
      "expire-after-366-days 366",
      "expire-after-400-days 400",
      "cold-storage-of-366-days",
      "cold-storage-of-400-days",
      "abort-incomplete-uploads",
      "remove-expired-delete-markers",
    ]);
  });

  it("S3 has the copies of backups and of an application's bucket, and a role that adds (not proven: that S3 copies)", async () => {
    const replicas = async (Bucket: string) => {
      const { ReplicationConfiguration } = await ask<{
        ReplicationConfiguration: {
          Role: string;
          Rules: { Status: string; DeleteMarkerReplication: object; Destination: Record<string, unknown> }[];
        };
      }>("s3.GetBucketReplication", { Bucket });
      assert.match(ReplicationConfiguration.Role, /^arn:aws:iam::123456789012:role\//);
      return ReplicationConfiguration.Rules.map(({ Status, Destination }) => [
        Status,
        Destination["Bucket"],
        Destination["StorageClass"],
      ]);
    };
    assert.deepEqual(await replicas(outputs["bucketName"]!), [["Enabled", outputs["copiesArn"], undefined]]);
    assert.deepEqual(await replicas(outputs["uploadsName"]!), [["Enabled", outputs["copiesArn"], "GLACIER_IR"]]);
    const RoleName = outputs["writerRoleArn"]!.split("/").at(-1);
    const { PolicyNames } = await ask<{ PolicyNames: string[] }>("iam.ListRolePolicies", { RoleName });
    const { PolicyDocument } = await ask<{ PolicyDocument: string }>("iam.GetRolePolicy", {
      RoleName,
      PolicyName: PolicyNames[0],
    });
    const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument)) as {
      Statement: { Action: string[]; Resource: string }[];
    };
    assert.deepEqual(Statement[0], {
      Effect: "Allow",
      Action: [
        "s3:PutObject",
        "s3:PutObjectRetention",
        "s3:PutObjectTagging",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
      Resource: `arn:aws:s3:::${outputs["bucketName"]!}/*`,
    });
  });

  async function lock(): Promise<string> {
    const { ObjectLockConfiguration } = await ask<{
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: string; Days: number } } };
    }>("s3.GetObjectLockConfiguration", { Bucket: outputs["bucketName"] });
    const { Mode, Days } = ObjectLockConfiguration.Rule.DefaultRetention;
    return `${Mode} ${Days}`;
  }

  async function lifecycle(Bucket: string): Promise<string[]> {
    const { Rules } = await ask<{ Rules: { ID: string; Expiration?: { Days?: number } }[] }>(
      "s3.GetBucketLifecycleConfiguration",
      { Bucket },
    );
    return Rules.map(({ ID, Expiration }) => [ID, Expiration?.Days].filter((part) => part !== undefined).join(" "));
  }

  async function database(id: string): Promise<Record<string, unknown>> {
    const { DBInstances } = await ask<{ DBInstances: Record<string, unknown>[] }>("rds.DescribeDBInstances", {
      DBInstanceIdentifier: id,
    });
    return DBInstances[0]!;
  }

  it("RDS has the settings of the environment, the adopted instance too (not proven: that a backup is made)", async () => {
    for (const id of ["ledgerId", "adoptedId"]) {
      const { BackupRetentionPeriod, DeletionProtection, CopyTagsToSnapshot } = await database(outputs[id]!);
      assert.deepEqual([BackupRetentionPeriod, DeletionProtection, CopyTagsToSnapshot], [30, true, true], id);
    }
    assert.deepEqual(
      outputs.changes.filter(({ name }) => name === "adopted").map(({ property, from, to }) => [property, from, to]),
      [
        ["backupRetentionPeriod", 1, 30],
        ["copyTagsToSnapshot", null, true],
        ["deletionProtection", null, true],
        ["deleteAutomatedBackups", null, false],
        ["finalSnapshotIdentifier", null, outputs["adoptedSnapshot"]],
      ],
    );
    const { EventSubscriptionsList: subscriptions } = await ask<{
      EventSubscriptionsList: { SourceIdsList: string[]; EventCategoriesList: string[] }[];
    }>("rds.DescribeEventSubscriptions");
    assert.deepEqual(subscriptions[0]!.SourceIdsList, [outputs["ledgerId"]]);
    assert.ok(subscriptions[0]!.EventCategoriesList.includes("backup"));
  });

  it("AWS Backup has the vault with its key and lock (not proven: that the lock holds)", async () => {
    const vault = await ask<Record<string, unknown>>("backup.DescribeBackupVault", {
      BackupVaultName: outputs["vaultName"],
    });
    const { Locked, MinRetentionDays, LockDate, EncryptionKeyArn } = vault;
    assert.deepEqual([Locked, MinRetentionDays, LockDate], [true, 1, undefined]);
    const { KeyRotationEnabled } = await ask<{ KeyRotationEnabled: boolean }>("kms.GetKeyRotationStatus", {
      KeyId: EncryptionKeyArn,
    });
    assert.equal(KeyRotationEnabled, true);
  });

  it("AWS Backup has the plan's rules and what they select (not proven: that a job starts)", async () => {
    const BackupPlanId = outputs["planId"];
    const [daily, weekly] = await rules();
    assert.match(daily!, /^daily cron\(\d+ \d+ \* \* \? \*\) 30 days, copies 90$/);
    assert.match(weekly!, /^weekly cron\(\d+ \d+ \? \* SUN \*\) 70 days, copies 90$/);
    const { BackupSelectionsList } = await ask<{ BackupSelectionsList: { SelectionId: string; IamRoleArn: string }[] }>(
      "backup.ListBackupSelections",
      { BackupPlanId },
    );
    const [{ SelectionId, IamRoleArn } = { SelectionId: "", IamRoleArn: "" }] = BackupSelectionsList;
    const { BackupSelection } = await ask<{ BackupSelection: { ListOfTags: object[] } }>("backup.GetBackupSelection", {
      BackupPlanId,
      SelectionId,
    });
    assert.deepEqual(BackupSelection.ListOfTags, [
      { ConditionType: "STRINGEQUALS", ConditionKey: "backup", ConditionValue: "yes" },
    ]);
    const { AttachedPolicies } = await ask<{ AttachedPolicies: { PolicyName: string }[] }>(
      "iam.ListAttachedRolePolicies",
      { RoleName: IamRoleArn.split("/").at(-1) },
    );
    assert.deepEqual(
      AttachedPolicies.map(({ PolicyName }) => PolicyName),
      ["AWSBackupServiceRolePolicyForBackup"],
    );
  });

  async function rules(): Promise<string[]> {
    const { BackupPlan } = await ask<{
      BackupPlan: {
        Rules: {
          RuleName: string;
          ScheduleExpression: string;
          Lifecycle: { DeleteAfterDays: number };
          CopyActions: { Lifecycle: { DeleteAfterDays: number } }[];
        }[];
      };
    }>("backup.GetBackupPlan", { BackupPlanId: outputs["planId"] });
    return BackupPlan.Rules.map(({ RuleName, ScheduleExpression, Lifecycle, CopyActions }) => {
      const copies = CopyActions.map((copy) => copy.Lifecycle.DeleteAfterDays).join(" ");
      return `${RuleName} ${ScheduleExpression} ${Lifecycle.DeleteAfterDays} days, copies ${copies}`;
    });
  }

  it("CloudWatch, EventBridge and SNS have the alarms (not proven: that AWS counts the metrics or sends the events)", async () => {
    const { MetricAlarms } = await ask<{ MetricAlarms: Record<string, unknown>[] }>("cloudwatch.DescribeAlarms");
    const alarm = MetricAlarms.find(({ MetricName }) => MetricName === "NumberOfBackupJobsCompleted")!;
    assert.deepEqual(
      [alarm["TreatMissingData"], alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"], alarm["Dimensions"]],
      ["breaching", 3_600, 48, 1, [{ Name: "BackupVaultName", Value: outputs["vaultName"] }]],
    );
    assert.deepEqual(alarm["AlarmActions"], [outputs["alarmTopic"]]);
    const { Rules } = await ask<{ Rules: { Name: string; EventPattern: string }[] }>("events.ListRules");
    assert.equal(Rules.length, 6);
    const age = MetricAlarms.find(({ MetricName }) => MetricName === "NewestBackupAge")!;
    assert.deepEqual(
      [age["TreatMissingData"], age["Threshold"], age["ComparisonOperator"], age["Dimensions"]],
      ["breaching", 172_800, "GreaterThanThreshold", [{ Name: "Backup", Value: "aws/stack/files-missing" }]],
    );
    for (const { Name } of Rules) {
      const { Targets } = await ask<{ Targets: { Arn: string }[] }>("events.ListTargetsByRule", { Rule: Name });
      assert.match(Targets[0]!.Arn, /^(restores|files-age)/.test(Name) ? /:function:/ : /:alarms-/);
    }
    const { Subscriptions } = await ask<{ Subscriptions: { Endpoint: string; Protocol: string }[] }>(
      "sns.ListSubscriptionsByTopic",
      { TopicArn: outputs["alarmTopic"] },
    );
    assert.deepEqual(
      Subscriptions.map(({ Endpoint, Protocol }) => [Protocol, Endpoint]),
      [["email", "platform@example.com"]],
    );
    const { Attributes } = await ask<{ Attributes: { KmsMasterKeyId: string; Policy: string } }>(
      "sns.GetTopicAttributes",
      { TopicArn: outputs["alarmTopic"] },
    );
    assert.match(Attributes.KmsMasterKeyId, /^arn:aws:kms:eu-west-1:/);
    const { Statement } = JSON.parse(Attributes.Policy) as { Statement: { Condition?: object }[] };
    assert.deepEqual(
      Statement.map(({ Condition }) => Condition),
      [{ StringEquals: { "aws:SourceAccount": "123456789012" } }, undefined],
    );
  });

  it("AWS Backup has the report plans, and Lambda the functions that validate and look for ages (not proven: that any of them runs)", async () => {
    const { ReportPlans } = await ask<{ ReportPlans: { ReportSetting: { ReportTemplate: string } }[] }>(
      "backup.ListReportPlans",
    );
    assert.deepEqual(ReportPlans.map(({ ReportSetting }) => ReportSetting.ReportTemplate).sort(), [
      "BACKUP_JOB_REPORT",
      "CONTROL_COMPLIANCE_REPORT",
      "COPY_JOB_REPORT",
      "RESOURCE_COMPLIANCE_REPORT",
      "RESTORE_JOB_REPORT",
    ]);
    const { Functions } = await ask<{ Functions: { Runtime: string; Timeout: number }[] }>("lambda.ListFunctions");
    assert.deepEqual(Functions.map(({ Runtime, Timeout }) => [Runtime, Timeout]).sort(), [
      ["nodejs22.x", 300],
      ["nodejs22.x", 360],
    ]);
  });

  it("what neither server knows fits the service's own model (not proven: any answer)", () => {
    const operations = [...new Set(servers.unanswered.map(({ operation }) => operation))].sort();
    assert.deepEqual(operations, [
      "backup.CreateFramework",
      "backup.CreateRestoreTestingPlan",
      "backup.CreateRestoreTestingSelection",
      "backup.PutBackupVaultNotifications",
      "chatbot.CreateSlackChannelConfiguration",
      "dlm.CreateLifecyclePolicy",
      "rds.StartDBInstanceAutomatedBackupsReplication",
    ]);
    const { PolicyDetails } = servers.unanswered.find(({ operation }) => operation.startsWith("dlm."))!.request as {
      PolicyDetails: { Schedules: { Name: string; RetainRule: object; CrossRegionCopyRules: { Target: string }[] }[] };
    };
    assert.deepEqual(
      PolicyDetails.Schedules.map(({ Name, RetainRule, CrossRegionCopyRules }) => [
        Name,
        RetainRule,
        CrossRegionCopyRules.map(({ Target }) => Target),
      ]),
      [
        ["daily", { Interval: 7, IntervalUnit: "DAYS" }, [other]],
        ["weekly", { Interval: 28, IntervalUnit: "DAYS" }, [other]],
      ],
    );
  });

  it("a second up changes nothing, nor does a refresh that asks the servers (not proven: what the real provider reads back)", async () => {
    await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    await up("--expect-no-changes");
  });

  it("a changed lock and retention update in place, and the servers say so (not proven: that AWS takes each change in place)", async () => {
    await pulumi("config", "set", "lockDays", "9");
    await pulumi("config", "set", "keepDays", "45");
    assert.deepEqual(await foreseen(), [
      "update audit-files",
      "update backups-lifecycle",
      "update backups-lock",
      "update files",
    ]);
    await up();
    assert.equal(await lock(), "GOVERNANCE 9");
    assert.ok((await lifecycle(outputs["bucketName"]!)).includes("expire-after-45-days 45"));
    assert.match((await rules())[0]!, / 45 days/);
  });

  it("a destroy is refused in production; unprotected and as development the stack goes, all but the state's bucket (not proven: that AWS lets go of what is locked)", async () => {
    const stateName = outputs["stateName"];
    await assert.rejects(pulumi("destroy", "--yes", "--skip-preview"), /protected/);
    await pulumi("state", "unprotect", "--all", "--yes");
    await pulumi("config", "set", "backup-tiers:environment", "development");
    await up();
    await pulumi("destroy", "--yes", "--skip-preview");
    // The bucket with the state is kept by its own option, with the role that copies it.
    const kept = [stateName];
    for (const where of [region, other]) {
      const left = [
        (await ask<{ Buckets?: { Name: string }[] }>("s3.ListBuckets", {}, where)).Buckets?.map(({ Name }) => Name),
        (await ask<{ DBInstances: object[] }>("rds.DescribeDBInstances", {}, where)).DBInstances,
        (await ask<{ BackupVaultList: object[] }>("backup.ListBackupVaults", {}, where)).BackupVaultList,
        (await ask<{ BackupPlansList: object[] }>("backup.ListBackupPlans", {}, where)).BackupPlansList,
        (await ask<{ Roles: { RoleName: string }[] }>("iam.ListRoles", {}, where)).Roles.filter(
          ({ RoleName }) => !RoleName.startsWith("state-"),
        ),
      ];
      assert.deepEqual(left, [kept, [], [], [], []], where);
    }
  });
});
