import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

pulumi.runtime.registerInvokeTransform(({ token, args, opts }) =>
  token === "aws:ec2/getVpc:getVpc" ? { args: { ...args, id: "vpc-of-the-transform" }, opts } : undefined,
);
export const cidr = aws.ec2.getVpcOutput({ id: "vpc-of-the-program" }).cidrBlock;
