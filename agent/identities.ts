import { readFile } from "node:fs/promises";
import { AgentFailure, reasonOf } from "./failure.js";

/** Reads the age identities of a file, as `age-keygen` writes it. */
export async function readIdentities(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new AgentFailure(2, `--identity must name a readable file (age), got ${reasonOf(error)}; check the path`);
  });
  const lines = text.split("\n").map((line) => line.trim());
  const identities = lines.filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  if (identities.length > 0) return identities;
  throw new AgentFailure(2, "--identity must name a file with an age identity (age), got none in it; see age-keygen");
}
