import * as random from "@pulumi/random";
import { lengthOfName } from "./length.js";

const length: number = await lengthOfName();
export const id = new random.RandomPet("pet", { length }).id;
