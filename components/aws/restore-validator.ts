import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { nameWhereNeeded } from "./aws-names.js";
import type { RestoreValidation } from "./restore-testing-args.js";
import { partitionOf, serviceRole } from "./service-role.js";
import { validatorSource } from "./restore-validator-source.js";

/** The function that has a restore checked, and the rule that starts it. */
export function restoreValidator(
  name: string,
  validation: RestoreValidation,
  planArn: pulumi.Output<string>,
  region: string | undefined,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): void {
  const { checkFunctionArn, topicArn, timeoutSeconds = 300 } = validation;
  const allow = (Action: string, Resource: pulumi.Input<string>) => ({ Effect: "Allow", Action, Resource });
  const role = serviceRole(
    `${name}-validator`,
    {
      trust: "lambda.amazonaws.com",
      managed: { logs: "service-role/AWSLambdaBasicExecutionRole" },
      statements: [
        // Restore jobs have no ARN that a policy could name.
        allow("backup:PutRestoreValidationResult", "*"),
        allow("lambda:InvokeFunction", checkFunctionArn),
        ...(topicArn === undefined ? [] : [allow("sns:Publish", topicArn)]),
      ],
      tags,
    },
    partitionOf(region),
    options,
  );
  const validator = new lambda.Function(
    `${name}-validator`,
    {
      name: nameWhereNeeded(`${name}-validator`, functionNameMax),
      region,
      description: `Has what ${name} restores checked`,
      runtime: "nodejs22.x",
      handler: "index.handler",
      role: role.arn,
      // The check's own time, and time to report it.
      timeout: timeoutSeconds + 60,
      code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(validatorSource) }),
      environment: {
        variables: {
          CHECK_FUNCTION_ARN: checkFunctionArn,
          CHECK_SECONDS: String(timeoutSeconds),
          ...(topicArn === undefined ? {} : { TOPIC_ARN: topicArn }),
        },
      },
      tags,
    },
    { ...options, dependsOn: [...role.ready] },
  );
  const rule = new cloudwatch.EventRule(
    `${name}-restored`,
    {
      name: nameWhereNeeded(`${name}-restored`, ruleNameMax),
      region,
      description: `What ${name} has restored`,
      eventPattern: pulumi.jsonStringify({
        source: ["aws.backup"],
        "detail-type": ["Restore Job State Change"],
        detail: { status: ["COMPLETED"], restoreTestingPlanArn: [planArn] },
      }),
      state: "ENABLED",
      tags,
    },
    options,
  );
  new cloudwatch.EventTarget(`${name}-restored`, { region, rule: rule.name, arn: validator.arn }, options);
  new lambda.Permission(
    `${name}-restored`,
    {
      statementId: nameWhereNeeded(`${name}-restored`, statementIdMax),
      region,
      action: "lambda:InvokeFunction",
      function: validator.name,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    },
    options,
  );
}

/** Longest names of Lambda, EventBridge and a function's policy. */
const functionNameMax = 64;
const ruleNameMax = 64;
const statementIdMax = 100;
