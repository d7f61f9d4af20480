import * as pulumi from "@pulumi/pulumi";

export const from = new pulumi.Config().require("from");
