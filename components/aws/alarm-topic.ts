import * as chatbot from "@pulumi/aws/chatbot";
import * as kms from "@pulumi/aws/kms";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import { readArn } from "./arn.js";
import { shortName } from "./aws-names.js";
import type { BackupAlarmsArgs, SlackChannel } from "./backup-alarms-args.js";
import { regionOf } from "./plan-one.js";
import { partitionOf, serviceRole } from "./service-role.js";

type Tags = Readonly<Record<string, pulumi.Input<string>>>;

/** EventBridge does not say for which account it publishes, so that a condition on it would drop its messages. */
const eventBridge = "events.amazonaws.com";
/** The other services that tell of backups. */
const publishers = ["backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com"];

/** The topic of the alarms, with everybody who gets them. */
export function alarmTopic(
  name: string,
  args: BackupAlarmsArgs,
  tags: Tags,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { region, emails = [], slack } = args;
  const arn = pulumi.output(args.topicArn ?? ownTopic(name, args, tags, options));
  emails.forEach((endpoint) => {
    new sns.TopicSubscription(
      // The component's name stands whole in front, so that an alias of the component finds it.
      `${name}-${shortName(endpoint, subscriptionNameMax)}`,
      { region, topic: arn, protocol: "email", endpoint },
      { ...options, aliases: [{ name: shortName(`${name}-${endpoint}`, subscriptionNameMax) }] },
    );
  });
  if (slack !== undefined) slackChannel(name, args, slack, arn, tags, options);
  return arn;
}

const subscriptionNameMax = 100;

function ownTopic(
  name: string,
  args: BackupAlarmsArgs,
  tags: Tags,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { region } = args;
  const key = args.ownKey === true ? topicKey(name, region, tags, options) : undefined;
  const topic = new sns.Topic(name, { region, kmsMasterKeyId: key, tags }, options);
  new sns.TopicPolicy(
    `${name}-policy`,
    {
      region,
      arn: topic.arn,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "AllowServices",
            Effect: "Allow",
            Principal: { Service: publishers },
            Action: "sns:Publish",
            Resource: topic.arn,
            Condition: { StringEquals: { "aws:SourceAccount": accountOf(topic.arn) } },
          },
          {
            Sid: "AllowEventBridge",
            Effect: "Allow",
            Principal: { Service: eventBridge },
            Action: "sns:Publish",
            Resource: topic.arn,
          },
        ],
      }),
    },
    { ...options, deleteBeforeReplace: true },
  );
  return topic.arn;
}

/** With the key that SNS has by default the services' messages are dropped without a word. */
function topicKey(
  name: string,
  region: string | undefined,
  tags: Tags,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const key = new kms.Key(
    `${name}-key`,
    { region, description: `Messages of ${name}`, enableKeyRotation: true, tags },
    options,
  );
  new kms.KeyPolicy(
    `${name}-key-policy`,
    {
      region,
      keyId: key.keyId,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "AllowTheAccount",
            Effect: "Allow",
            Principal: {
              AWS: pulumi.interpolate`arn:${partitionOf(regionOf(region))}:iam::${accountOf(key.arn)}:root`,
            },
            Action: "kms:*",
            Resource: "*",
          },
          {
            Sid: "AllowServices",
            Effect: "Allow",
            Principal: { Service: [...publishers, eventBridge] },
            Action: ["kms:GenerateDataKey*", "kms:Decrypt"],
            Resource: "*",
          },
        ],
      }),
    },
    { ...options, deleteBeforeReplace: true },
  );
  return key.arn;
}

function accountOf(arn: pulumi.Output<string>): pulumi.Output<string> {
  return arn.apply((text) => readArn(text)?.account ?? "");
}

/** The role that answers commands in the channel may look, not act. */
function slackChannel(
  name: string,
  { region }: BackupAlarmsArgs,
  { workspaceId, channelId }: SlackChannel,
  topicArn: pulumi.Output<string>,
  tags: Tags,
  options: pulumi.CustomResourceOptions,
): void {
  const partition = partitionOf(regionOf(region));
  const readOnly = "CloudWatchReadOnlyAccess";
  const role = serviceRole(
    `${name}-slack`,
    { trust: "chatbot.amazonaws.com", managed: { read: readOnly }, tags },
    partition,
    options,
  );
  new chatbot.SlackChannelConfiguration(
    `${name}-slack`,
    {
      region,
      configurationName: shortName(name, 128),
      iamRoleArn: role.arn,
      slackTeamId: workspaceId,
      slackChannelId: channelId,
      snsTopicArns: [topicArn],
      guardrailPolicyArns: [`arn:${partition}:iam::aws:policy/${readOnly}`],
      tags,
    },
    { ...options, dependsOn: [...role.ready] },
  );
}
