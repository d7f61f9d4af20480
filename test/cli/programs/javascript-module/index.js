import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const length = await Promise.resolve(3);
const pet = new random.RandomPet("pet", { length });
export const id = pet.id;
export const project = pulumi.getProject();
