import * as pulumi from "@pulumi/pulumi";

throw new pulumi.RunError("the program says so itself");
