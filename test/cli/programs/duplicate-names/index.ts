import * as random from "@pulumi/random";

new random.RandomPet("same");
new random.RandomPet("same");
