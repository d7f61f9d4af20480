import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

new random.RandomPet("before");
new random.RandomPet("waits", { prefix: pulumi.output(new Promise<string>(() => undefined)) });
