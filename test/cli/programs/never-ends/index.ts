import * as random from "@pulumi/random";

new random.RandomPet("before");
setInterval(() => undefined, 1000);
export const done = true;
