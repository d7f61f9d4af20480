import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

export = async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const first = new random.RandomPet("first");
  await new Promise((resolve) => setTimeout(resolve, 20));
  const second = new random.RandomPet("second", { prefix: first.id });
  return { first: first.id, all: pulumi.all([first.id, second.id]), fixed: 42 };
};
