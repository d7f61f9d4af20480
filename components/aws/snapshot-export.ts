import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as kms from "@pulumi/aws/kms";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { nameWhereNeeded } from "./aws-names.js";
import { calledAtARate } from "./called-at-a-rate.js";
import type { RdsBackupSettings, RdsCluster, RdsInstance, SnapshotExport } from "./rds-backups-args.js";
import { partitionOf, serviceRole } from "./service-role.js";
import { snapshotExportSource } from "./snapshot-export-source.js";

type Tags = Readonly<Record<string, pulumi.Input<string>>>;

/** The database whose snapshots are exported. */
interface ExportedDatabase extends Pick<RdsBackupSettings, "alarmTopicArn"> {
  readonly instance?: RdsInstance | undefined;
  readonly cluster?: RdsCluster | undefined;
  readonly region: string | undefined;
}

/** Exports of a database's automated snapshots: a role that RDS writes with, and a function that begins them. */
export function exportSnapshots(
  name: string,
  { instance, cluster, region, alarmTopicArn }: ExportedDatabase,
  { bucket, prefix = "rds", kmsKeyArn: given, every = "monthly", only }: SnapshotExport,
  tags: Tags,
  options: pulumi.CustomResourceOptions,
): void {
  const kmsKeyArn =
    given ??
    new kms.Key(
      `${name}-export-key`,
      { region, description: `Exports of ${name}`, enableKeyRotation: true, tags },
      options,
    ).arn;
  const partition = partitionOf(region);
  const writer = serviceRole(
    `${name}-export-writer`,
    {
      trust: "export.rds.amazonaws.com",
      managed: {},
      statements: [
        { Effect: "Allow", Action: ["s3:ListBucket", "s3:GetBucketLocation"], Resource: bucket.arn },
        {
          Effect: "Allow",
          Action: ["s3:PutObject*", "s3:GetObject*", "s3:DeleteObject*"],
          Resource: pulumi.interpolate`${bucket.arn}/${prefix}/*`,
        },
      ],
      tags,
    },
    partition,
    options,
  );
  const settings = {
    id: instance?.identifier ?? cluster?.clusterIdentifier,
    cluster: instance === undefined,
    bucket: bucket.bucket,
    prefix,
    every,
    only,
    kmsKeyArn,
    roleArn: writer.arn,
  };
  const role = serviceRole(
    `${name}-export`,
    {
      trust: "lambda.amazonaws.com",
      managed: { logs: "service-role/AWSLambdaBasicExecutionRole" },
      statements: starterStatements(writer.arn, kmsKeyArn),
      tags,
    },
    partition,
    options,
  );
  const starter = new lambda.Function(
    `${name}-export`,
    {
      name: nameWhereNeeded(`${name}-export`, longestName),
      region,
      description: `Exports a snapshot of ${name}, ${every}`,
      runtime: "nodejs22.x",
      handler: "index.handler",
      role: role.arn,
      timeout: 300,
      code: program(settings),
      tags,
    },
    { ...options, dependsOn: [...role.ready, ...writer.ready] },
  );
  const description = `Each day, exports of ${name}`;
  calledAtARate(`${name}-export`, starter, { region, description, scheduleExpression: "rate(1 day)", tags }, options);
  if (alarmTopicArn !== undefined) alarmOfFailures(name, starter, region, alarmTopicArn, tags, options);
}

/** Longest name of a function. */
const longestName = 64;

function program(settings: object): pulumi.Output<pulumi.asset.AssetArchive> {
  return pulumi.jsonStringify(settings).apply(
    (text) =>
      new pulumi.asset.AssetArchive({
        "index.js": new pulumi.asset.StringAsset(snapshotExportSource),
        "settings.json": new pulumi.asset.StringAsset(text),
      }),
  );
}

/** It may look for snapshots and begin exports with this role and key, nothing else. */
function starterStatements(writerArn: pulumi.Output<string>, kmsKeyArn: pulumi.Input<string>): object[] {
  return [
    {
      Effect: "Allow",
      Action: [
        "rds:DescribeDBSnapshots",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeExportTasks",
        "rds:StartExportTask",
      ],
      Resource: "*",
    },
    {
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: writerArn,
      Condition: { StringEquals: { "iam:PassedToService": "export.rds.amazonaws.com" } },
    },
    { Effect: "Allow", Action: ["kms:CreateGrant", "kms:DescribeKey"], Resource: kmsKeyArn },
  ];
}

/** The function fails where an export did. */
function alarmOfFailures(
  name: string,
  starter: lambda.Function,
  region: string | undefined,
  topicArn: pulumi.Input<string>,
  tags: Tags,
  options: pulumi.CustomResourceOptions,
): void {
  new cloudwatch.MetricAlarm(
    `${name}-export-failed`,
    {
      region,
      alarmDescription: `An export of ${name} failed, or could not begin`,
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions: { FunctionName: starter.name },
      statistic: "Sum",
      period: 3_600,
      evaluationPeriods: 1,
      threshold: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      treatMissingData: "notBreaching",
      alarmActions: [topicArn],
      tags,
    },
    options,
  );
}
