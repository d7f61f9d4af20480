import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as lambda from "@pulumi/aws/lambda";
import type * as pulumi from "@pulumi/pulumi";
import { nameWhereNeeded } from "./aws-names.js";

/** Longest name of a rule of EventBridge, and of a statement in a function's policy. */
const ruleNameMax = 64;
const statementIdMax = 100;

/** When a function is called, and by what. */
interface Rate {
  readonly region: string | undefined;
  readonly description: string;
  /** As EventBridge writes it: `rate(1 hour)`. */
  readonly scheduleExpression: string;
  readonly tags: Readonly<Record<string, pulumi.Input<string>>>;
}

/** A rule that calls a function again and again, and the right to. */
export function calledAtARate(
  name: string,
  called: lambda.Function,
  { region, ...rate }: Rate,
  options: pulumi.CustomResourceOptions,
): void {
  const rule = new cloudwatch.EventRule(
    name,
    { name: nameWhereNeeded(name, ruleNameMax), region, ...rate, state: "ENABLED" },
    options,
  );
  new cloudwatch.EventTarget(name, { region, rule: rule.name, arn: called.arn }, options);
  new lambda.Permission(
    name,
    {
      statementId: nameWhereNeeded(name, statementIdMax),
      region,
      action: "lambda:InvokeFunction",
      function: called.name,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    },
    options,
  );
}
