import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

class Pair extends pulumi.ComponentResource {
  readonly left: random.RandomPet;

  constructor(name: string) {
    super("test:index:Pair", name);
    this.left = new random.RandomPet(`${name}-left`, {}, { parent: this });
    this.registerOutputs({ left: this.left.id, self: this.left });
  }
}
const pair = new Pair("pair");
export const resource = pair.left;
export const component = pair;
export const nested = {
  list: [pair.left.id, 1, null],
  secret: pulumi.secret({ a: 1 }),
  asset: new pulumi.asset.StringAsset("text"),
};
export const undef = undefined;
export const promise = Promise.resolve("later");
export const partly = pulumi.all([pair.left.id, "known"]);
