import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { ageCheckSource } from "./age-check-source.js";
import { nameWhereNeeded } from "./aws-names.js";
import { calledAtARate } from "./called-at-a-rate.js";
import { partitionOf, serviceRole } from "./service-role.js";

/** Backups whose newest is looked for: in a vault, by a policy of DLM, or by RDS itself. */
export type AgedBackups =
  | {
      readonly kind: "vault";
      readonly vaultName: pulumi.Input<string>;
      readonly vaultArn: pulumi.Input<string>;
      readonly resourceType?: string | undefined;
      readonly planId?: pulumi.Input<string> | undefined;
    }
  | { readonly kind: "policy"; readonly policyId: pulumi.Input<string> }
  | {
      readonly kind: "instance" | "cluster";
      readonly id: pulumi.Input<string>;
      readonly arn: pulumi.Input<string>;
    };

/** One alarm of age. */
export interface AgedItem {
  /** Name of the alarm. */
  readonly alarm: string;
  /** What is old, in words. */
  readonly what: string;
  /** Age above which to alarm. */
  readonly seconds: number;
  readonly backups: AgedBackups;
}

/** Where alarms lie and whom they tell. */
export interface AlarmTarget {
  readonly region: string | undefined;
  readonly topicArn: pulumi.Input<string>;
  readonly tags: Readonly<Record<string, pulumi.Input<string>>>;
}

const namespace = "BackupTiers";
const hour = 3_600;
/** Longest name of a function. */
const functionNameMax = 64;

/**
 * Alarms of ages that no metric of AWS has: a function asks for the newest backup each hour, and silence of the function
 * is an alarm as well. CloudWatch itself looks back 7 days; this has no such bound.
 */
export function ageAlarms(
  name: string,
  items: readonly AgedItem[],
  target: AlarmTarget,
  options: pulumi.CustomResourceOptions,
): void {
  if (items.length === 0) return;
  const { region, topicArn, tags } = target;
  checkFunction(name, items, target, options);
  for (const item of items)
    new cloudwatch.MetricAlarm(
      item.alarm,
      {
        region,
        alarmDescription: `The newest backup of ${item.what} is older than ${Math.ceil(item.seconds / hour)} hours, or nobody can tell`,
        namespace,
        metricName: "NewestBackupAge",
        dimensions: { Backup: metricName(item) },
        statistic: "Maximum",
        period: hour,
        // Two, because a check may begin just before the hour and end after it.
        evaluationPeriods: 2,
        datapointsToAlarm: 2,
        threshold: item.seconds,
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "breaching",
        alarmActions: [topicArn],
        okActions: [topicArn],
        tags,
      },
      options,
    );
}

/** Two stacks of one account and region count apart. */
function metricName({ alarm }: AgedItem): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}/${alarm}`;
}

function checkFunction(
  name: string,
  items: readonly AgedItem[],
  { region, tags }: AlarmTarget,
  options: pulumi.CustomResourceOptions,
): void {
  const role = serviceRole(
    `${name}-age`,
    {
      trust: "lambda.amazonaws.com",
      managed: { logs: "service-role/AWSLambdaBasicExecutionRole" },
      statements: statements(items),
      tags,
    },
    partitionOf(region),
    options,
  );
  const check = new lambda.Function(
    `${name}-age`,
    {
      name: nameWhereNeeded(`${name}-age`, functionNameMax),
      region,
      description: `Looks for the newest backups of ${name}`,
      runtime: "nodejs22.x",
      handler: "index.handler",
      role: role.arn,
      timeout: 300,
      code: program(items),
      environment: { variables: { NAMESPACE: namespace } },
      tags,
    },
    { ...options, dependsOn: [...role.ready] },
  );
  const description = `Each hour, the newest backups of ${name}`;
  calledAtARate(`${name}-age`, check, { region, description, scheduleExpression: "rate(1 hour)", tags }, options);
}

/** What is watched lies beside the program: an environment of Lambda holds 4 KB. */
function program(items: readonly AgedItem[]): pulumi.Output<pulumi.asset.AssetArchive> {
  const watched = items.map((item) => ({ name: metricName(item), seconds: item.seconds, ...item.backups }));
  return pulumi.jsonStringify(watched).apply(
    (text) =>
      new pulumi.asset.AssetArchive({
        "index.js": new pulumi.asset.StringAsset(ageCheckSource),
        "watched.json": new pulumi.asset.StringAsset(text),
      }),
  );
}

/** It may look at what is watched and count, nothing else. */
function statements(items: readonly AgedItem[]): object[] {
  const look: Readonly<Record<AgedBackups["kind"], string>> = {
    vault: "backup:ListRecoveryPointsByBackupVault",
    // Snapshots cannot be narrowed by a policy of IAM.
    policy: "ec2:DescribeSnapshots",
    instance: "rds:DescribeDBInstances",
    cluster: "rds:DescribeDBClusters",
  };
  return [
    {
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": namespace } },
    },
    ...items.map(({ backups }) => ({
      Effect: "Allow",
      Action: look[backups.kind],
      Resource: backups.kind === "vault" ? backups.vaultArn : backups.kind === "policy" ? "*" : backups.arn,
    })),
  ];
}
