/**
 * The program that exports the newest automated snapshot of a database once in each period. It runs each day and asks RDS
 * what has been exported already, so that nothing depends on an event, which RDS sends best and not for sure; an export
 * that failed is begun again the next day, and told. It uses the SDK that the runtime of Lambda brings.
 */
export const snapshotExportSource = `"use strict";
const { createHash } = require("node:crypto");
const rds = require("@aws-sdk/client-rds");

exports.handler = async () => {
  const settings = require("./settings.json");
  const client = new rds.RDSClient();
  const snapshot = await newest(client, settings);
  if (snapshot === undefined) throw new Error(settings.id + " has no automated snapshot that is available");
  const name = short(settings.id) + "-" + periodOf(snapshot.date, settings.every);
  const begun = (await exportsTo(client, settings.bucket)).filter(
    ({ ExportTaskIdentifier: id }) => id === name || (id.startsWith(name + "-try-") && /^[0-9]+$/.test(id.slice(name.length + 5))),
  );
  const failed = begun.filter(({ Status }) => Status === "FAILED" || Status === "CANCELED");
  if (failed.length < begun.length) return "done";
  const task = failed.length === 0 ? name : name + "-try-" + (failed.length + 1);
  await client.send(new rds.StartExportTaskCommand({
    ExportTaskIdentifier: task, SourceArn: snapshot.arn, S3BucketName: settings.bucket, S3Prefix: settings.prefix,
    IamRoleArn: settings.roleArn, KmsKeyId: settings.kmsKeyArn, ExportOnly: settings.only,
  }));
  const last = failed.at(-1);
  if (last !== undefined)
    throw new Error("the export " + last.ExportTaskIdentifier + " failed (" + (last.FailureCause || last.Status) + "); begun again as " + task);
  return task;
};

async function newest(client, { id, cluster }) {
  const [Command, list, key, arn] = cluster
    ? [rds.DescribeDBClusterSnapshotsCommand, "DBClusterSnapshots", "DBClusterIdentifier", "DBClusterSnapshotArn"]
    : [rds.DescribeDBSnapshotsCommand, "DBSnapshots", "DBInstanceIdentifier", "DBSnapshotArn"];
  let found, Marker;
  do {
    const answer = await client.send(new Command({ [key]: id, SnapshotType: "automated", Marker }));
    for (const one of answer[list] || [])
      if (one.Status === "available" && (found === undefined || one.SnapshotCreateTime > found.date))
        found = { date: one.SnapshotCreateTime, arn: one[arn] };
    Marker = answer.Marker;
  } while (Marker);
  return found;
}

async function exportsTo(client, bucket) {
  const tasks = [];
  let Marker;
  do {
    const answer = await client.send(
      new rds.DescribeExportTasksCommand({ Filters: [{ Name: "s3-bucket", Values: [bucket] }], Marker }),
    );
    tasks.push(...(answer.ExportTasks || []));
    Marker = answer.Marker;
  } while (Marker);
  return tasks;
}

function periodOf(date, every) {
  const day = new Date(date.getTime());
  if (every === "weekly") day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, { daily: 10, weekly: 10, monthly: 7, yearly: 4 }[every]);
}

// An identifier of an export has at most 60 letters.
function short(id) {
  return id.length <= 36 ? id : id.slice(0, 28).replace(/-+$/, "") + "-" + createHash("sha256").update(id).digest("hex").slice(0, 7);
}
`;
