import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const config = new pulumi.Config();
const token = config.require("token");
console.log(`the token is ${token}`);
console.error(Buffer.from(token).toString("base64"));
new random.RandomPet("pet", { prefix: token, keepers: { nested: [`Bearer ${token}`] as unknown as string } });
pulumi.log.warn(`warned with ${token}`);
export const plain = token;
throw new Error(`failed with ${token}`);
