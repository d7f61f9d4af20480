import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const bucket = aws.s3.Bucket.get("existing", "existing-bucket");
const imported = new aws.s3.Bucket("imported", { bucket: "imported-bucket" }, { import: "imported-bucket" });
const other = new pulumi.StackReference("acme/network/production");
const detail = other.getOutputDetails("vpcId");
new aws.ec2.SecurityGroup("group", { vpcId: other.requireOutput("vpcId"), tags: { bucket: bucket.arn } });
export const arn = bucket.arn;
export const bucketId = bucket.id;
export const importedId = imported.id;
export const vpc = other.getOutput("vpcId");
export const password = other.getOutput("password");
export const detailed = detail.then(({ value }) => (value as string | undefined) ?? "not known");
