import { readFile } from "node:fs/promises";
import { hideSecret } from "../console.js";
import { AgentFailure, reasonOf } from "../failure.js";

/** Reads a secret, without the newline that editors put at its end, and hides it from every line printed. */
export async function readSecret(path: string, file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new AgentFailure(2, `${path} must be a readable file (the agent), got ${reasonOf(error)}; check the mount`);
  });
  const secret = text.replace(/\r?\n$/, "");
  if (secret === "") {
    throw new AgentFailure(2, `${path} must hold a secret (the agent), got an empty file; write it into the file`);
  }
  hideSecret(secret);
  return secret;
}
