import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const account = aws.getCallerIdentityOutput().accountId;
const image = aws.ec2.getAmiOutput({ owners: ["amazon"], mostRecent: true });

export = async () => {
  // Awaited results are used as plain values.
  const region = await aws.getRegion();
  const zones = await aws.getAvailabilityZones({ state: "available" });
  const bucket = new aws.s3.Bucket("logs", { bucket: `logs-${region.id.toLowerCase()}` });
  const subnets = zones.names
    .slice(0, 2)
    .map((zone, index) => new aws.ec2.Subnet(`subnet-${String(index)}`, { vpcId: "vpc-1", availabilityZone: zone }));
  for (const zone of zones.names) new aws.ec2.Eip(`address-${zone}`, { tags: { zone } });
  const chained = aws.getCallerIdentity().then(({ accountId }) => accountId.split("-")[0]);
  new aws.ec2.Instance("server", { ami: image.id, instanceType: "t3.micro", tags: { account, chained } });
  return {
    account,
    rootDevice: image.apply(({ blockDeviceMappings }) => blockDeviceMappings[0]!.deviceName.trim()),
    bucket: bucket.bucket,
    subnets: subnets.length,
    parsed: aws.iam
      .getPolicyDocumentOutput({ statements: [{ actions: ["s3:*"], resources: [bucket.arn] }] })
      .json.apply((json) => JSON.parse(json) as unknown),
    policy: pulumi
      .output(aws.iam.getPolicyDocument({ statements: [{ actions: ["s3:*"], resources: ["*"] }] }))
      .apply(({ json }) => JSON.parse(json) as unknown),
  };
};
