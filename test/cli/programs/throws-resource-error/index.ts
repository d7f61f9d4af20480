import * as pulumi from "@pulumi/pulumi";

const component = new pulumi.ComponentResource("test:index:Thing", "thing");
throw new pulumi.ResourceError("the thing is not right", component, true);
