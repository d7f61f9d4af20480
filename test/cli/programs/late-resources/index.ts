import * as random from "@pulumi/random";

// Resources from timers and from the process's "beforeExit", as some libraries make them.
setTimeout(() => new random.RandomPet("from-a-timer"), 50);
process.once("beforeExit", () => new random.RandomPet("from-before-exit"));
export const known = "value";
