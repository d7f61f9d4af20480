import type { Input } from "@pulumi/pulumi";
import { type Environment, type Issue, unknownKeys } from "../model/index.js";
import type { SecretKeyReference } from "./input.js";

/** Public keys and references to secret ones. No secret value is ever an argument. */
export interface BackupKeys {
  /**
   * age recipients (`age1...`) to which every artefact is encrypted. Two or more: one at work, one in a safe, so that
   * losing one key loses no backup.
   */
  readonly recipients: readonly string[];
  /**
   * Secret, in the namespace of the backup job, with an unencrypted minisign secret key that signs manifests.
   * Needed where the environment signs (staging and production by default). Its `key` defaults to `"minisign.key"`.
   */
  readonly signingKeySecret?: SecretKeyReference;
  /**
   * minisign public keys (the base64 line) whose signatures count when artefacts are restored or checked; keep the
   * old ones for as long as what they signed.
   * @default - the public half of the signing key
   */
  readonly publicKeys?: readonly string[];
}

const allowed = ["recipients", "signingKeySecret", "publicKeys"] as const;

/** What is wrong with the keys for an asset that is or is not signed. */
export function keyIssues(given: unknown, signed: boolean, environment: Environment, path: string): Issue[] {
  const issues = unknownKeys(given, allowed, path);
  if (typeof given !== "object" || given === null) return issues;
  const keys = given as BackupKeys;
  const recipients = Array.isArray(keys.recipients) ? keys.recipients : [];
  recipients.forEach((recipient, index) => {
    if (typeof recipient === "string" && /^age1(pq1)?[02-9ac-hj-np-z]{20,}$/.test(recipient)) return;
    issues.push({
      id: "recipient-is-age",
      level: "error",
      path: `${path}.recipients[${String(index)}]`,
      message: `${path}.recipients[${String(index)}] must be an age recipient (age v1), got ${quoteKey(recipient)}; make a pair with "age-keygen" and give the line that begins with age1`,
    });
  });
  if (new Set(recipients).size < 2) {
    issues.push({
      id: "two-recipients",
      level: "error",
      path: `${path}.recipients`,
      message: `${path}.recipients must hold 2 or more different recipients (losing the only key loses every backup), got ${String(new Set(recipients).size)}; add one whose key lies in a safe`,
    });
  }
  if (signed && keys.signingKeySecret === undefined) {
    issues.push({
      id: "signing-key-given",
      level: "error",
      path: `${path}.signingKeySecret`,
      message: `${path}.signingKeySecret must name a Secret because ${environment.name} signs its manifests, got nothing; create it with "minisign -G -W" or set protection.signed to false`,
    });
  }
  return issues;
}

/** A key as far as it may be shown: never an identity that was pasted where a recipient belongs. */
function quoteKey(value: unknown): string {
  if (typeof value !== "string") return typeof value;
  return /secret/i.test(value) ? "a secret key" : JSON.stringify(value.slice(0, 12));
}

/** Name of the entry in the signing Secret. */
export function signingKeyEntry(keys: BackupKeys): { name: Input<string>; key: string } | undefined {
  const secret = keys.signingKeySecret;
  return secret && { name: secret.name, key: secret.key ?? "minisign.key" };
}
