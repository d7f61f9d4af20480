import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
export const size = config.requireNumber("size");
export const zones = config.requireObject<string[]>("zones");
export const label = config.get("label");
export const count = config.getNumber("count");
export const ratio = config.getNumber("ratio");
export const enabled = config.getBoolean("enabled");
export const nested = config.getObject("nested");
export const password = config.getSecret("password");
export const secretNumber = config.getSecretNumber("secretNumber")?.apply((value) => value + 1);
export const secretObject = config
  .getSecretObject<{ readonly a: { readonly b: string } }>("secretObject")
  ?.apply((value) => value.a.b);
export const plainRead = config.get("password");
export const region = aws.config.region;
new aws.s3.Bucket("bucket", { tags: { password: password ?? "none", plain: plainRead ?? "none" } });
