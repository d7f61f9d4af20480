import * as random from "@pulumi/random";

enum Size {
  Small = 2,
}
export const id = new random.RandomPet("pet", { length: Size.Small }).id;
