import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const seen: string[] = [];
const dry = new pulumi.ResourceHook("dry", ({ name }) => void console.log(`hook for ${name}`), { onDryRun: true });
const update = new pulumi.ResourceHook("update", () => void seen.push("never in a preview"));
new random.RandomPet("pet", {}, { hooks: { beforeCreate: [dry, update], afterCreate: [dry] } });
