import * as random from "@pulumi/random";

const pet = new random.RandomPet("before");
void Promise.reject(new Error("nobody waited for this"));
export const id = pet.id;
