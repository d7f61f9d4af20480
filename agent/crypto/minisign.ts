import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

/** A key that signs, from a file that `minisign -G -W` wrote. */
export interface SigningKey {
  readonly keyId: Buffer;
  readonly key: KeyObject;
}

/** A key whose signatures count, from the base64 line of a `minisign.pub`. */
export interface VerificationKey {
  readonly keyId: Buffer;
  readonly key: KeyObject;
}

// Sizes and order of fields: https://jedisct1.github.io/minisign/, section "Signature format" and the two after it.
const algorithm = "Ed";
const prehashedAlgorithm = "ED";
const secretKeyBytes = 158;
const publicKeyBytes = 42;
const signatureBytes = 74;
const unencrypted = "\0\0";
const seedOffset = 62;
const keyIdOffset = 54;

const privateKeyPrefix = Buffer.from("302e020100300506032b657004220420", "hex");
const publicKeyPrefix = Buffer.from("302a300506032b6570032100", "hex");

/** Reads a secret key file; throws an error that never shows any of its content. */
export function parseSecretKey(file: string): SigningKey {
  const bytes = Buffer.from(file.split("\n")[1] ?? "", "base64");
  if (bytes.length !== secretKeyBytes || bytes.toString("latin1", 0, 2) !== algorithm) {
    throw new Error("it is not a minisign secret key");
  }
  if (bytes.toString("latin1", 2, 4) !== unencrypted) {
    throw new Error("its minisign secret key is encrypted with a password, which nobody is there to type");
  }
  const der = Buffer.concat([privateKeyPrefix, bytes.subarray(seedOffset, seedOffset + 32)]);
  return {
    keyId: bytes.subarray(keyIdOffset, keyIdOffset + 8),
    key: createPrivateKey({ key: der, format: "der", type: "pkcs8" }),
  };
}

/** Reads the base64 line of a public key. */
export function parsePublicKey(line: string): VerificationKey {
  const bytes = Buffer.from(line, "base64");
  if (bytes.length !== publicKeyBytes || bytes.toString("latin1", 0, 2) !== algorithm) {
    throw new Error("it is not a minisign public key");
  }
  const der = Buffer.concat([publicKeyPrefix, bytes.subarray(10)]);
  return { keyId: bytes.subarray(2, 10), key: createPublicKey({ key: der, format: "der", type: "spki" }) };
}

/** The key that verifies what a key signed. */
export function verificationKey({ keyId, key }: SigningKey): VerificationKey {
  return { keyId, key: createPublicKey(key) };
}

/** A signature file that the stock `minisign -V` accepts. The trusted comment is signed too. */
export function signMessage(message: Buffer, signer: SigningKey, trustedComment: string): string {
  const signature = sign(null, prehash(message), signer.key);
  const global = sign(null, Buffer.concat([signature, Buffer.from(trustedComment)]), signer.key);
  const first = Buffer.concat([Buffer.from(prehashedAlgorithm), signer.keyId, signature]);
  return [
    "untrusted comment: signature of a backup manifest",
    first.toString("base64"),
    `trusted comment: ${trustedComment}`,
    global.toString("base64"),
    "",
  ].join("\n");
}

/** Verifies beside the main thread: a store may hold ten thousand manifests. */
const verifyBeside = promisify<null, Buffer, KeyObject, Buffer, boolean>(verify);

/** Undefined when one of the keys made this signature of this message; otherwise why it does not count. */
export async function signatureProblem(
  message: Buffer,
  signatureFile: string,
  keys: readonly VerificationKey[],
): Promise<string | undefined> {
  const [, first = "", comment = "", global = ""] = signatureFile.split("\n");
  const bytes = Buffer.from(first, "base64");
  const prefix = "trusted comment: ";
  if (bytes.length !== signatureBytes || !comment.startsWith(prefix)) return "its signature file is not minisign's";
  if (bytes.toString("latin1", 0, 2) !== prehashedAlgorithm) return "its signature is not of the prehashed kind";
  const key = keys.find((candidate) => candidate.keyId.equals(bytes.subarray(2, 10)));
  if (key === undefined) return "it is signed with a key that is not among signing.publicKeys";
  const signature = bytes.subarray(10);
  const trusted = Buffer.concat([signature, Buffer.from(comment.slice(prefix.length).replace(/\r$/, ""))]);
  const good = await Promise.all([
    verifyBeside(null, prehash(message), key.key, signature),
    verifyBeside(null, trusted, key.key, Buffer.from(global, "base64")),
  ]);
  return good.every(Boolean) ? undefined : "its signature does not fit its content";
}

function prehash(message: Buffer): Buffer {
  return createHash("blake2b512").update(message).digest();
}
