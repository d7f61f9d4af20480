import * as random from "@pulumi/random";

export = async () => {
  new random.RandomPet("before");
  await new Promise(() => undefined);
};
