import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { ExistingRole, RoleTrust } from "./backup-bucket-args.js";
import { trustStatements } from "./bucket-access.js";
import { partitionOf, serviceRole } from "./service-role.js";

/** What a role of a bucket is made with. */
export interface BucketRoleOptions {
  /** Region of the bucket, which tells the partition. */
  readonly region: string | undefined;
  /** Tags of the role. */
  readonly tags: Readonly<Record<string, pulumi.Input<string>>>;
}

/** A role with these statements: one of its own, or one that exists and gets them too; empty without either. */
export function bucketRole(
  name: string,
  who: RoleTrust | ExistingRole | undefined,
  statements: readonly object[],
  { region, tags }: BucketRoleOptions,
  options: pulumi.CustomResourceOptions,
): { readonly arn: pulumi.Output<string>; readonly name: pulumi.Output<string> } {
  if (who === undefined) return { arn: pulumi.output(""), name: pulumi.output("") };
  if ("roleName" in who) {
    const policy = pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
    new iam.RolePolicy(`${name}-policy`, { role: who.roleName, policy }, options);
    return { arn: pulumi.output(""), name: pulumi.output(who.roleName) };
  }
  return serviceRole(
    name,
    { trust: trustStatements(who), managed: {}, statements, tags },
    partitionOf(region),
    options,
  );
}
