import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

new random.RandomPet("before");
const config = new pulumi.Config();
export const password = config.requireSecret("password");
