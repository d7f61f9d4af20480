import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { shortName } from "./aws-names.js";

/** What a role needs. */
export interface ServiceRoleArgs {
  /** Service that assumes it (`dlm.amazonaws.com`), or the statements of its trust policy. */
  readonly trust: string | readonly object[];
  /** ARNs of managed policies after `arn:<partition>:iam::aws:policy/`, by what they allow. */
  readonly managed: Readonly<Record<string, string>>;
  /** Statements of its own. */
  readonly statements?: readonly object[];
  /** Tags of the role. */
  readonly tags: Readonly<Record<string, pulumi.Input<string>>>;
}

/** A role, and what must exist before the service can use it: propagation errors come from attachments made too late. */
export interface ServiceRole {
  /** ARN of the role. */
  readonly arn: pulumi.Output<string>;
  /** Name of the role. */
  readonly name: pulumi.Output<string>;
  /** Attachments to depend on. */
  readonly ready: readonly pulumi.Resource[];
}

/** A role that one service, or who is named, may assume, with its policies. IAM is global: no region is passed. */
export function serviceRole(
  name: string,
  args: ServiceRoleArgs,
  partition: string,
  options: pulumi.CustomResourceOptions,
): ServiceRole {
  const trust =
    typeof args.trust === "string"
      ? [{ Effect: "Allow", Principal: { Service: args.trust }, Action: "sts:AssumeRole" }]
      : args.trust;
  const role = new iam.Role(
    `${name}-role`,
    {
      namePrefix: shortName(`${name}-role-`, rolePrefixMax),
      assumeRolePolicy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: trust }),
      tags: args.tags,
    },
    options,
  );
  const attachments = Object.entries(args.managed).map(
    ([key, policy]) =>
      new iam.RolePolicyAttachment(
        `${name}-role-${key}`,
        { role: role.name, policyArn: `arn:${partition}:iam::aws:policy/${policy}` },
        options,
      ),
  );
  const statements = args.statements ?? [];
  const own =
    statements.length === 0
      ? []
      : [
          new iam.RolePolicy(
            `${name}-role-policy`,
            { role: role.id, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements }) },
            options,
          ),
        ];
  return { arn: role.arn, name: role.name, ready: [...attachments, ...own] };
}

/** The provider adds 26 characters to a prefix; IAM takes 64. */
const rolePrefixMax = 38;

/** `aws`, `aws-cn` or `aws-us-gov`: the regions of the other partitions are told by their names. */
export function partitionOf(region: string | undefined): string {
  if (region?.startsWith("cn-") === true) return "aws-cn";
  return region?.startsWith("us-gov-") === true ? "aws-us-gov" : "aws";
}
