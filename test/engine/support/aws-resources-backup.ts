import { type Handler, type Inputs, pick, type Resource, without } from "./aws-handler.js";
import { account } from "./aws-servers.js";

const planNames = {
  rules: "Rules",
  targetVaultName: "TargetBackupVaultName",
  destinationVaultArn: "DestinationBackupVaultArn",
  schedule: "ScheduleExpression",
  startWindow: "StartWindowMinutes",
  completionWindow: "CompletionWindowMinutes",
  deleteAfter: "DeleteAfterDays",
  coldStorageAfter: "MoveToColdStorageAfterDays",
  name: "BackupPlanName",
};

const planOf = (inputs: Inputs) => ({ backupPlan: without(inputs, "tags") });

/** A setting of a vault that is a resource of its own; its only identity is the vault's name. */
function setting(name: string): Handler {
  return {
    create: async ({ send, inputs }) => {
      await send(`backup.PutBackupVault${name}`, without(inputs), { snsTopicArn: "SNSTopicArn" });
      return { id: String(inputs["backupVaultName"]) };
    },
    remove: ({ send, id }) => send(`backup.DeleteBackupVault${name}`, { backupVaultName: id }),
  };
}

/** What is told apart by a name that the program gives. */
function named(type: string, key: string, write: (inputs: Inputs) => Inputs): Handler {
  const request = ({ inputs }: Resource) => write(inputs);
  return {
    replaceOn: ["name", "region"],
    create: async (one) => {
      const name = String(one.inputs["name"]);
      const made = await one.send(`backup.Create${type}`, request(one));
      const arn = made[`${type}Arn`] ?? `arn:aws:backup:${one.region}:${account}:${type.toLowerCase()}:${name}`;
      return { id: name, outs: { arn } };
    },
    // Only its tags differ between the environments of these tests.
    update: () => Promise.resolve(),
    remove: ({ send, id }) => send(`backup.Delete${type}`, { [key]: id }),
  };
}

/** AWS Backup. */
export const backupHandlers: Readonly<Record<string, Handler>> = {
  "aws:backup/vault:Vault": {
    autoName: ["name", 50],
    replaceOn: ["name", "region", "kmsKeyArn"],
    create: async ({ send, inputs }) => {
      const { BackupVaultArn } = await send(
        "backup.CreateBackupVault",
        { ...pick(inputs, ["name", "kmsKeyArn"]), backupVaultTags: inputs["tags"] },
        { name: "BackupVaultName", kmsKeyArn: "EncryptionKeyArn" },
      );
      return { id: String(inputs["name"]), outs: { arn: BackupVaultArn } };
    },
    update: ({ send, state, inputs }) =>
      send("backup.TagResource", { resourceArn: state["arn"], tags: inputs["tags"] }),
    remove: ({ send, id }) => send("backup.DeleteBackupVault", { backupVaultName: id }),
    find: ({ send, id }) => send("backup.DescribeBackupVault", { backupVaultName: id }),
  },
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration": setting("LockConfiguration"),
  "aws:backup/vaultPolicy:VaultPolicy": setting("AccessPolicy"),
  "aws:backup/vaultNotifications:VaultNotifications": setting("Notifications"),
  "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": {
    autoName: ["name", 50],
    create: async ({ send, inputs, region }) => {
      await send(
        "backup.CreateLogicallyAirGappedBackupVault",
        { ...without(inputs, "tags"), backupVaultTags: inputs["tags"] },
        { name: "BackupVaultName" },
      );
      const name = String(inputs["name"]);
      return { id: name, outs: { arn: `arn:aws:backup:${region}:${account}:backup-vault:${name}` } };
    },
    remove: () => Promise.resolve(),
  },
  "aws:backup/plan:Plan": {
    autoName: ["name", 50],
    replaceOn: ["name", "region"],
    create: async ({ send, inputs }) => {
      const request = { ...planOf(inputs), backupPlanTags: inputs["tags"] };
      const { BackupPlanId, BackupPlanArn } = await send("backup.CreateBackupPlan", request, planNames);
      return { id: String(BackupPlanId), outs: { arn: BackupPlanArn } };
    },
    update: ({ send, id, inputs }) =>
      send("backup.UpdateBackupPlan", { backupPlanId: id, ...planOf(inputs) }, planNames),
    remove: ({ send, id }) => send("backup.DeleteBackupPlan", { backupPlanId: id }),
    find: ({ send, id }) => send("backup.GetBackupPlan", { backupPlanId: id }),
  },
  "aws:backup/selection:Selection": {
    autoName: ["name", 50],
    create: async ({ send, inputs }) => {
      const { conditions } = inputs as { conditions?: readonly object[] };
      const backupSelection = { ...without(inputs, "planId"), conditions: conditions?.[0] };
      const { SelectionId } = await send(
        "backup.CreateBackupSelection",
        { backupPlanId: inputs["planId"], backupSelection },
        {
          name: "SelectionName",
          selectionTags: "ListOfTags",
          type: "ConditionType",
          key: "ConditionKey",
          value: "ConditionValue",
        },
      );
      return { id: String(SelectionId) };
    },
    remove: ({ send, id, state }) =>
      send("backup.DeleteBackupSelection", { backupPlanId: state["planId"], selectionId: id }),
    find: ({ send, id, state }) =>
      send("backup.GetBackupSelection", { backupPlanId: state["planId"], selectionId: id }),
  },
  "aws:backup/reportPlan:ReportPlan": {
    ...named("ReportPlan", "reportPlanName", ({ name, description, reportDeliveryChannel, reportSetting, tags }) => ({
      reportPlanName: name,
      reportPlanDescription: description,
      reportDeliveryChannel,
      reportSetting,
      reportPlanTags: tags,
    })),
    find: ({ send, id }) => send("backup.DescribeReportPlan", { reportPlanName: id }),
  },
  "aws:backup/framework:Framework": named("Framework", "frameworkName", ({ name, description, controls, tags }) => ({
    frameworkName: name,
    frameworkDescription: description,
    frameworkControls: (controls as Record<string, unknown>[]).map(({ name: controlName, inputParameters, scope }) => ({
      controlName,
      controlInputParameters: (inputParameters as { name: string; value: string }[] | undefined)?.map(
        ({ name: parameterName, value: parameterValue }) => ({ parameterName, parameterValue }),
      ),
      controlScope: scope,
    })),
    frameworkTags: tags,
  })),
  "aws:backup/restoreTestingPlan:RestoreTestingPlan": named(
    "RestoreTestingPlan",
    "restoreTestingPlanName",
    ({ name, tags, ...rest }) => ({
      restoreTestingPlan: { restoreTestingPlanName: name, ...without(rest) },
      tags,
    }),
  ),
  "aws:backup/restoreTestingSelection:RestoreTestingSelection": {
    create: async ({ send, inputs }) => {
      const { restoreTestingPlanName, name, ...rest } = inputs;
      await send("backup.CreateRestoreTestingSelection", {
        restoreTestingPlanName,
        restoreTestingSelection: { restoreTestingSelectionName: name, ...without(rest) },
      });
      return { id: `${String(name)}:${String(restoreTestingPlanName)}` };
    },
    remove: ({ send, inputs }) =>
      send("backup.DeleteRestoreTestingSelection", {
        restoreTestingPlanName: inputs["restoreTestingPlanName"],
        restoreTestingSelectionName: inputs["name"],
      }),
  },
};
