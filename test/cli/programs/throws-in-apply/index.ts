import * as pulumi from "@pulumi/pulumi";

export const broken = pulumi.output("x").apply(() => {
  throw new Error("from inside an apply");
});
