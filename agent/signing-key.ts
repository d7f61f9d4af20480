import { readFileSync } from "node:fs";
import type { AgentConfig } from "../components/model/agent-config.js";
import { parseSecretKey, type SigningKey } from "./crypto/minisign.js";
import { AgentFailure, reasonOf } from "./failure.js";

/** The key that a command signs with; undefined where nothing is signed. */
export function signerFor(command: string, { signing }: AgentConfig): SigningKey | undefined {
  if (signing === undefined) return undefined;
  if (signing.secretKeyFile !== undefined) return readSigningKey(signing.secretKeyFile);
  const rule = `signing.secretKeyFile must be given for ${command} (the agent)`;
  throw new AgentFailure(2, `${rule}, got nothing; mount the key`);
}

/** Reads the key that signs; what is wrong with its file no retry can heal. */
export function readSigningKey(file: string): SigningKey {
  try {
    return parseSecretKey(readFileSync(file, "utf8"));
  } catch (error) {
    const rule = "signing.secretKeyFile must name an unencrypted minisign secret key (minisign)";
    throw new AgentFailure(2, `${rule}, got ${file}: ${reasonOf(error)}; make one with minisign -G -W`);
  }
}
