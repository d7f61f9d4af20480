import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

/** Times that a folder is tried again which somebody still writes into. */
const retries = 5;

/** Removes a folder of this user with everything in it. */
export function removeTree(folder: string): void {
  const options = { recursive: true, force: true, maxRetries: retries };
  try {
    rmSync(folder, options);
  } catch {
    // What was unpacked may hold folders that even their owner may not write.
    spawnSync("chmod", ["-R", "u+rwX", folder], { stdio: "ignore" });
    rmSync(folder, options);
  }
}
