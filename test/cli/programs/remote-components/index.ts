import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a generated SDK of a multi-language component (awsx, eks, aws-apigateway) looks like. */
class Vpc extends pulumi.ComponentResource {
  declare readonly vpcId: pulumi.Output<string>;
  declare readonly subnetIds: pulumi.Output<string[]>;

  constructor(
    name: string,
    args: { cidrBlock: pulumi.Input<string>; tags?: pulumi.Input<Record<string, string>> },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(
      "awsx:ec2:Vpc",
      name,
      { ...args, vpcId: undefined, subnetIds: undefined },
      { version: "3.9.0", ...opts },
      true,
    );
  }

  describe(): pulumi.Output<string> {
    return pulumi
      .output(pulumi.runtime.call<{ text: string }>("awsx:ec2:Vpc/describe", { __self__: this }, this))
      .apply(({ text }) => text.trim());
  }
}

const address = new aws.ec2.Eip("address");
const vpc = new Vpc(
  "network",
  { cidrBlock: "10.0.0.0/16", tags: { address: address.publicIp, secret: pulumi.secret("of the tags") } },
  { protect: true },
);
new aws.ec2.SecurityGroup("group", { vpcId: vpc.vpcId });
export const subnets = vpc.subnetIds.apply((ids) => ids.map((id) => id.toUpperCase()));
export const vpcId = vpc.vpcId;
export const description = vpc.describe();
