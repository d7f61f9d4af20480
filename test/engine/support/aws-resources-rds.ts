import { type Handler, type Inputs, nameOf, without } from "./aws-handler.js";
import { account } from "./aws-servers.js";

const names = {
  identifier: "DBInstanceIdentifier",
  clusterIdentifier: "DBClusterIdentifier",
  instanceClass: "DBInstanceClass",
  username: "MasterUsername",
  password: "MasterUserPassword",
  masterPassword: "MasterUserPassword",
  backupWindow: "PreferredBackupWindow",
  maintenanceWindow: "PreferredMaintenanceWindow",
};

/** Only the provider's own, or only for the deletion. */
const atDeletion = ["skipFinalSnapshot", "finalSnapshotIdentifier", "deleteAutomatedBackups", "applyImmediately"];
/** Cannot be changed by the service. */
const atCreation = ["engine", "username", "masterUsername", "storageEncrypted", "kmsKeyId", "tags"];

function database(type: "DBInstance" | "DBCluster", id: string): Handler {
  const request = (inputs: Inputs, ...left: readonly string[]) => without(inputs, ...atDeletion, ...left);
  return {
    autoName: [id, 63],
    replaceOn: ["region", "engine", "storageEncrypted", "kmsKeyId"],
    create: async ({ send, inputs }) => {
      const made = await send(`rds.Create${type}`, request(inputs), names);
      return { id: String(inputs[id]), outs: { arn: (made[type] as Record<string, string>)[`${type}Arn`] } };
    },
    update: ({ send, inputs }, before) => {
      // What is left out of a program again is off, not left as it was.
      const off = Object.entries(before).flatMap(([key, value]) => (value === true ? [[key, false] as const] : []));
      const asked = request({ ...Object.fromEntries(off), ...inputs }, ...atCreation);
      return send(`rds.Modify${type}`, { ...asked, applyImmediately: true }, names);
    },
    remove: ({ send, state, id: identifier }) =>
      send(
        `rds.Delete${type}`,
        {
          [id]: identifier,
          skipFinalSnapshot: state["skipFinalSnapshot"] ?? false,
          deleteAutomatedBackups: state["deleteAutomatedBackups"],
          finalDBSnapshotIdentifier: state["skipFinalSnapshot"] === true ? undefined : state["finalSnapshotIdentifier"],
        },
        names,
      ),
    find: ({ send, id: identifier }) => send(`rds.Describe${type}s`, { [id]: identifier }, names),
  };
}

/** Databases of RDS. */
export const databaseHandlers: Readonly<Record<string, Handler>> = {
  "aws:rds/instance:Instance": database("DBInstance", "identifier"),
  "aws:rds/cluster:Cluster": database("DBCluster", "clusterIdentifier"),
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": {
    create: async ({ send, inputs, region }) => {
      await send("rds.StartDBInstanceAutomatedBackupsReplication", without(inputs), {
        retentionPeriod: "BackupRetentionPeriod",
      });
      return { id: `arn:aws:rds:${region}:${account}:auto-backup:ab-0123456789abcdef` };
    },
    remove: ({ send, state }) =>
      send("rds.StopDBInstanceAutomatedBackupsReplication", { sourceDBInstanceArn: state["sourceDbInstanceArn"] }),
  },
  "aws:rds/eventSubscription:EventSubscription": {
    replaceOn: ["name", "namePrefix", "region"],
    create: async (one) => {
      const subscriptionName = nameOf(one);
      const { snsTopic, ...rest } = without(one.inputs, "name", "namePrefix");
      const made = await one.send("rds.CreateEventSubscription", { ...rest, subscriptionName, snsTopicArn: snsTopic });
      const { EventSubscriptionArn: arn } = made["EventSubscription"] as Record<string, string>;
      return { id: subscriptionName, outs: { name: subscriptionName, arn } };
    },
    update: ({ send, state, inputs }) =>
      send("rds.AddTagsToResource", { resourceName: state["arn"], tags: inputs["tags"] }),
    remove: ({ send, id }) => send("rds.DeleteEventSubscription", { subscriptionName: id }),
    find: ({ send, id }) => send("rds.DescribeEventSubscriptions", { subscriptionName: id }),
  },
};
