import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

class Site extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Site", name, {}, opts);
    new aws.s3.Bucket(`${name}-bucket`, {}, { parent: this });
    new random.RandomPet(`${name}-pet`, {}, { parent: this });
    new Inner(`${name}-inner`, { parent: this });
    this.registerOutputs();
  }
}
class Inner extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Inner", name, {}, opts);
    const bucket = new aws.s3.Bucket(`${name}-bucket`, {}, { parent: this });
    new aws.s3.BucketVersioning(
      `${name}-versioning`,
      { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
      { parent: bucket },
    );
    this.registerOutputs();
  }
}

const ireland = new aws.Provider("ireland", { region: "eu-west-1", secretKey: pulumi.secret("secret-key-of-ireland") });
const oregon = new aws.Provider("oregon", { region: "us-west-2", assumeRoles: [{ roleArn: "arn:aws:iam::1:role/r" }] });
new Site("list", { providers: [ireland] });
new Site("map", { providers: { aws: oregon } });
new Site("single", { provider: ireland });
new Site("none");
new aws.s3.Bucket("own", {}, { provider: oregon });
new aws.s3.Bucket("versioned", {}, { version: "7.1.0" });
