import { readFileSync } from "node:fs";
import type { AgentConfig } from "../components/model/agent-config.js";
import { parsePublicKey, parseSecretKey, type SigningKey } from "./crypto/minisign.js";
import { AgentFailure, reasonOf } from "./failure.js";

/** The key that a command signs with; undefined where nothing is signed. */
export function signerFor(command: string, { signing }: AgentConfig): SigningKey | undefined {
  if (signing === undefined) return undefined;
  if (signing.secretKeyFile !== undefined) {
    const signer = readSigningKey(signing.secretKeyFile);
    refuseUncounted(signer, signing.publicKeys);
    return signer;
  }
  const rule = `signing.secretKeyFile must be given for ${command} (the agent)`;
  throw new AgentFailure(2, `${rule}, got nothing; mount the key`);
}

/** What is signed with a key that nobody is told of would not count the moment it is written. */
function refuseUncounted({ keyId }: SigningKey, publicKeys: readonly string[]): void {
  if (publicKeys.length === 0 || publicKeys.some((line) => parsePublicKey(line).keyId.equals(keyId))) return;
  const rule = "signing.publicKeys must have the public half of signing.secretKeyFile (the agent)";
  throw new AgentFailure(2, `${rule}, got other keys; add the second line of its minisign.pub and keep the others`);
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
