import { spawn } from "node:child_process";
import * as random from "@pulumi/random";

const pet = new random.RandomPet("before");
// A child of the program's own has to end with it.
const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"], { stdio: "ignore" });
console.log(`child ${String(child.pid)}`);
pet.urn.apply(() => {
  for (;;);
});
