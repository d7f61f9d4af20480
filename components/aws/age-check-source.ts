/**
 * The program that looks for the newest backup of each thing that is watched and counts its age as a metric. What has no
 * backup within twice its age has no value, and what fails to be asked has none either: the alarm takes both for bad, so
 * that this program need not be watched itself. It uses the SDK that the runtime of Lambda brings.
 */
export const ageCheckSource = `"use strict";
const { CloudWatchClient, PutMetricDataCommand } = require("@aws-sdk/client-cloudwatch");

exports.handler = async () => {
  const watched = require("./watched.json");
  const now = Date.now();
  const found = await Promise.allSettled(watched.map((one) => newest[one.kind](one, new Date(now - 2000 * one.seconds))));
  const MetricData = found.flatMap(({ value }, index) => value === undefined ? [] : [{
    MetricName: "NewestBackupAge",
    Dimensions: [{ Name: "Backup", Value: watched[index].name }],
    Unit: "Seconds",
    Value: Math.max(0, Math.round((now - value.getTime()) / 1000)),
  }]);
  if (MetricData.length > 0)
    await new CloudWatchClient().send(new PutMetricDataCommand({ Namespace: process.env.NAMESPACE, MetricData }));
  const problems = found.flatMap(({ reason }, index) => reason === undefined ? [] : [watched[index].name + ": " + reason]);
  if (problems.length > 0) throw new Error(problems.join("; "));
  return MetricData.length;
};

const newest = {
  async vault({ vaultName, resourceType, planId }, since) {
    const { BackupClient, ListRecoveryPointsByBackupVaultCommand } = require("@aws-sdk/client-backup");
    const client = new BackupClient();
    let date, NextToken;
    do {
      const answer = await client.send(new ListRecoveryPointsByBackupVaultCommand({
        BackupVaultName: vaultName, ByResourceType: resourceType, ByBackupPlanId: planId, ByCreatedAfter: since, NextToken,
      }));
      for (const { Status, CreationDate } of answer.RecoveryPoints || [])
        if (Status === "COMPLETED" || Status === "AVAILABLE") date = later(date, CreationDate);
      NextToken = answer.NextToken;
    } while (NextToken);
    return date;
  },
  async policy({ policyId }, since) {
    const { DescribeSnapshotsCommand, EC2Client } = require("@aws-sdk/client-ec2");
    const client = new EC2Client();
    const Filters = [
      { Name: "tag:aws:dlm:lifecycle-policy-id", Values: [policyId] },
      { Name: "status", Values: ["completed"] },
    ];
    let date, NextToken;
    do {
      const answer = await client.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"], Filters, NextToken }));
      for (const { StartTime } of answer.Snapshots || []) if (StartTime >= since) date = later(date, StartTime);
      NextToken = answer.NextToken;
    } while (NextToken);
    return date;
  },
  async instance({ id }) {
    const { DescribeDBInstancesCommand, RDSClient } = require("@aws-sdk/client-rds");
    const answer = await new RDSClient().send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
    return answer.DBInstances[0].LatestRestorableTime;
  },
  async cluster({ id }) {
    const { DescribeDBClustersCommand, RDSClient } = require("@aws-sdk/client-rds");
    const answer = await new RDSClient().send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }));
    return answer.DBClusters[0].LatestRestorableTime;
  },
};

function later(one, other) {
  return one === undefined || other > one ? other : one;
}
`;
