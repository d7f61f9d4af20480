import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

class Outer extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Outer", name, {}, pulumi.mergeOptions(opts, { aliases: [{ type: "test:index:Former" }] }));
    const bucket = new aws.s3.Bucket(`${name}-bucket`, {}, { parent: this, aliases: [{ name: "first-bucket" }] });
    new aws.s3.Bucket(
      "unrelated",
      {},
      { parent: bucket, aliases: [{ parent: pulumi.rootStackResource }, { parent: this }] },
    );
  }
}

new Outer("outer", {
  aliases: [
    { name: "old-outer" },
    "urn:pulumi:dev::aliases::test:index:Outer::urn-outer",
    { stack: "former", project: "elsewhere" },
  ],
});
