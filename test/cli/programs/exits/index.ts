import * as random from "@pulumi/random";

new random.RandomPet("before");
setTimeout(() => process.exit(3), 300);
