import { type Handler, type Inputs, nameOf, pick, type Resource, without } from "./aws-handler.js";
import { backupHandlers } from "./aws-resources-backup.js";
import { databaseHandlers } from "./aws-resources-rds.js";
import { s3Handlers } from "./aws-resources-s3.js";
import { account } from "./aws-servers.js";

const accountOf = (one: Resource, service: string, rest: string) =>
  `arn:aws:${service}:${one.region}:${account}:${rest}`;

/** Every type of the provider that the stand-in knows. */
export const handlers: Readonly<Record<string, Handler>> = {
  ...s3Handlers,
  ...backupHandlers,
  ...databaseHandlers,
  "aws:kms/key:Key": {
    replaceOn: ["region", "multiRegion"],
    create: async ({ send, inputs }) => {
      const made = await send("kms.CreateKey", pick(inputs, ["description", "policy", "multiRegion", "tags"]));
      const { KeyId, Arn } = made["KeyMetadata"] as { KeyId: string; Arn: string };
      if (inputs["enableKeyRotation"] === true) await send("kms.EnableKeyRotation", { keyId: KeyId });
      return { id: KeyId, outs: { arn: Arn, keyId: KeyId } };
    },
    update: ({ send, id, inputs }) =>
      send("kms.UpdateKeyDescription", { keyId: id, description: inputs["description"] }),
    remove: ({ send, id, state }) =>
      send("kms.ScheduleKeyDeletion", { keyId: id, pendingWindowInDays: state["deletionWindowInDays"] ?? 30 }),
    find: ({ send, id }) => send("kms.DescribeKey", { keyId: id }),
  },
  "aws:kms/keyPolicy:KeyPolicy": {
    replaceOn: ["keyId"],
    create: async (one) => {
      await putKeyPolicy(one);
      return { id: String(one.inputs["keyId"]) };
    },
    update: putKeyPolicy,
    remove: () => Promise.resolve(),
  },
  "aws:lambda/function:Function": {
    autoName: ["name", 64],
    replaceOn: ["name", "region"],
    create: async ({ send, inputs }) => {
      const { name, runtime, handler, role, timeout, environment, description } = inputs;
      const { FunctionArn } = await send("lambda.CreateFunction", {
        functionName: name,
        ...{ runtime, handler, role, timeout, environment, description },
        code: { zipFile: Buffer.from("not run by any server") },
      });
      return { id: String(name), outs: { arn: FunctionArn } };
    },
    update: ({ send, id, inputs }) =>
      send("lambda.UpdateFunctionConfiguration", { functionName: id, ...pick(inputs, ["timeout", "environment"]) }),
    remove: ({ send, id }) => send("lambda.DeleteFunction", { functionName: id }),
    find: ({ send, id }) => send("lambda.GetFunction", { functionName: id }),
  },
  "aws:lambda/permission:Permission": {
    create: async ({ send, inputs }) => {
      const { function: functionName, ...rest } = without(inputs);
      const statementId = (inputs["statementId"] as string | undefined) ?? "events";
      await send("lambda.AddPermission", { functionName, ...rest, statementId });
      return { id: `${String(functionName)}/${statementId}` };
    },
    remove: ({ send, state }) =>
      send("lambda.RemovePermission", {
        functionName: state["function"],
        statementId: state["statementId"] ?? "events",
      }),
  },
  "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": {
    create: async (one) => {
      await one.send("chatbot.CreateSlackChannelConfiguration", without(one.inputs));
      return {
        id: accountOf(one, "chatbot", `chat-configuration/slack-channel/${String(one.inputs["configurationName"])}`),
      };
    },
    update: () => Promise.resolve(),
    remove: ({ send, id }) => send("chatbot.DeleteSlackChannelConfiguration", { chatConfigurationArn: id }),
  },
  "aws:iam/role:Role": {
    autoName: ["name", 64],
    replaceOn: ["name", "namePrefix"],
    create: async (one) => {
      const roleName = nameOf(one);
      const { assumeRolePolicy, tags } = one.inputs;
      const made = await one.send("iam.CreateRole", { roleName, assumeRolePolicyDocument: assumeRolePolicy, tags });
      return { id: roleName, outs: { name: roleName, arn: (made["Role"] as { Arn: string }).Arn } };
    },
    update: ({ send, id, inputs }) =>
      send("iam.UpdateAssumeRolePolicy", { roleName: id, policyDocument: inputs["assumeRolePolicy"] }),
    remove: ({ send, id }) => send("iam.DeleteRole", { roleName: id }),
    find: ({ send, id }) => send("iam.GetRole", { roleName: id }),
  },
  "aws:iam/rolePolicy:RolePolicy": {
    autoName: ["name", 128],
    replaceOn: ["name", "role"],
    create: async (one) => {
      await putRolePolicy(one);
      return { id: `${String(one.inputs["role"])}:${String(one.inputs["name"])}` };
    },
    update: putRolePolicy,
    remove: ({ send, state }) => send("iam.DeleteRolePolicy", { roleName: state["role"], policyName: state["name"] }),
    find: ({ send, state }) => send("iam.GetRolePolicy", { roleName: state["role"], policyName: state["name"] }),
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    create: async ({ send, inputs: { role, policyArn } }) => {
      await send("iam.AttachRolePolicy", { roleName: role, policyArn });
      return { id: `${String(role)}/${String(policyArn)}` };
    },
    remove: ({ send, state: { role, policyArn } }) => send("iam.DetachRolePolicy", { roleName: role, policyArn }),
  },
  "aws:sns/topic:Topic": {
    autoName: ["name", 256],
    replaceOn: ["name", "region"],
    create: async ({ send, inputs }) => {
      const { name, kmsMasterKeyId, tags } = inputs;
      const attributes = kmsMasterKeyId === undefined ? undefined : { KmsMasterKeyId: kmsMasterKeyId };
      const { TopicArn } = await send("sns.CreateTopic", { name, attributes, tags });
      return { id: String(TopicArn), outs: { arn: TopicArn } };
    },
    update: () => Promise.resolve(),
    remove: ({ send, id }) => send("sns.DeleteTopic", { topicArn: id }),
    find: ({ send, id }) => send("sns.GetTopicAttributes", { topicArn: id }),
  },
  "aws:sns/topicPolicy:TopicPolicy": {
    replaceOn: ["arn"],
    create: async (one) => {
      await setTopicPolicy(one);
      return { id: String(one.inputs["arn"]) };
    },
    update: setTopicPolicy,
    remove: () => Promise.resolve(),
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    create: async ({ send, inputs: { topic, protocol, endpoint } }) => {
      const made = await send("sns.Subscribe", { topicArn: topic, protocol, endpoint, returnSubscriptionArn: true });
      return { id: String(made["SubscriptionArn"]) };
    },
    remove: ({ send, id }) => send("sns.Unsubscribe", { subscriptionArn: id }),
  },
  "aws:cloudwatch/eventRule:EventRule": {
    autoName: ["name", 64],
    replaceOn: ["name", "namePrefix", "region"],
    create: async (one) => {
      await putRule(one);
      const name = String(one.inputs["name"]);
      return { id: name, outs: { arn: accountOf(one, "events", `rule/${name}`) } };
    },
    update: putRule,
    remove: ({ send, id }) => send("events.DeleteRule", { name: id }),
    find: ({ send, id }) => send("events.DescribeRule", { name: id }),
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    create: async ({ send, inputs: { rule, arn, roleArn, inputTransformer } }) => {
      const id = "target";
      await send(
        "events.PutTargets",
        {
          rule,
          targets: [{ id, arn, roleArn, inputTransformer }],
        },
        { inputPaths: "InputPathsMap" },
      );
      return { id: `${String(rule)}-${id}` };
    },
    remove: ({ send, state }) => send("events.RemoveTargets", { rule: state["rule"], ids: ["target"] }),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    autoName: ["name", 255],
    replaceOn: ["name", "region"],
    create: async (one) => {
      await putAlarm(one);
      const name = String(one.inputs["name"]);
      return { id: name, outs: { arn: accountOf(one, "cloudwatch", `alarm:${name}`) } };
    },
    update: putAlarm,
    remove: ({ send, id }) => send("cloudwatch.DeleteAlarms", { alarmNames: [id] }),
  },
  "aws:dlm/lifecyclePolicy:LifecyclePolicy": {
    replaceOn: ["region"],
    create: async (one) => {
      await one.send("dlm.CreateLifecyclePolicy", without(one.inputs), dlmNames);
      return {
        id: "policy-0123456789abcdef0",
        outs: { arn: accountOf(one, "dlm", "policy/policy-0123456789abcdef0") },
      };
    },
    update: ({ send, id, inputs }) =>
      send("dlm.UpdateLifecyclePolicy", { policyId: id, ...without(inputs, "tags") }, dlmNames),
    remove: ({ send, id }) => send("dlm.DeleteLifecyclePolicy", { policyId: id }),
  },
};

const dlmNames = { archiveRetainRule: "RetainRule" };

function putKeyPolicy({ send, inputs }: Resource): Promise<unknown> {
  return send("kms.PutKeyPolicy", { keyId: inputs["keyId"], policyName: "default", policy: inputs["policy"] });
}

function putRolePolicy({ send, inputs }: Resource): Promise<unknown> {
  return send("iam.PutRolePolicy", {
    roleName: inputs["role"],
    policyName: inputs["name"],
    policyDocument: inputs["policy"],
  });
}

function setTopicPolicy({ send, inputs }: Resource): Promise<unknown> {
  return send("sns.SetTopicAttributes", {
    topicArn: inputs["arn"],
    attributeName: "Policy",
    attributeValue: inputs["policy"],
  });
}

function putRule({ send, inputs }: Resource): Promise<unknown> {
  return send("events.PutRule", without(inputs));
}

function putAlarm({ send, inputs }: Resource): Promise<unknown> {
  const named: Inputs = { ...without(inputs, "name"), alarmName: inputs["name"] };
  return send("cloudwatch.PutMetricAlarm", named);
}
