import { readFileSync } from "node:fs";
import { parseSecretKey, type SigningKey } from "./crypto/minisign.js";
import { AgentFailure, reasonOf } from "./failure.js";

/** Reads the key that signs; what is wrong with its file no retry can heal. */
export function readSigningKey(file: string): SigningKey {
  try {
    return parseSecretKey(readFileSync(file, "utf8"));
  } catch (error) {
    const rule = "signing.secretKeyFile must name an unencrypted minisign secret key (minisign)";
    throw new AgentFailure(2, `${rule}, got ${file}: ${reasonOf(error)}; make one with minisign -G -W`);
  }
}
