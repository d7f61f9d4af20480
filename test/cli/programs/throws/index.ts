import * as random from "@pulumi/random";

new random.RandomPet("before");
throw new Error("this program always fails");
