import { createHash } from "node:crypto";
import { getStack } from "@pulumi/pulumi";

/** What the provider appends to a name that it chooses: a dash and 7 hexadecimal digits. */
const suffixLength = 8;

/**
 * A name for a resource whose logical name the provider cannot take as it is: too long with the provider's own suffix,
 * or with letters that the service refuses. `undefined` where the provider should choose, which it does best: a
 * replacement is then made before the old one goes. The hash of a name that is chosen here holds the stack, which keeps
 * two stacks of one account apart.
 */
export function nameWhereNeeded(name: string, maxLength: number): string | undefined {
  return name.length <= maxLength - suffixLength && /^[A-Za-z0-9_-]+$/.test(name)
    ? undefined
    : shortName(`${name}/${getStack()}`, maxLength);
}

/**
 * What a bucket is called: as the user says, or by the provider, which needs room for its suffix and has none of the
 * letters that S3 refuses. No two buckets of the world share a name, so that a long one becomes a prefix.
 */
export function bucketNaming(name: string, given: string | undefined): { bucket?: string; bucketPrefix?: string } {
  if (given !== undefined) return { bucket: given };
  if (name.length <= bucketNameMax - suffixLength && /^[A-Za-z0-9-]+$/.test(name)) return {};
  const prefix = shortened(name, bucketPrefixMax, "-", /[^A-Za-z0-9-]+/g).toLowerCase();
  return { bucketPrefix: prefix.replace(/^-+/, "b-") };
}

const bucketNameMax = 63;
/** S3 takes 63 characters, 26 of which the provider adds. */
const bucketPrefixMax = 37;

/** A name of letters, digits and dashes; one that had to be changed ends in a hash, so that two never become one. */
export function shortName(name: string, maxLength: number): string {
  return shortened(name, maxLength, "-", /[^A-Za-z0-9_-]+/g);
}

/** The same with underscores, for the services that refuse dashes; it begins with a letter. */
export function underscoreName(name: string, maxLength: number): string {
  const begun = /^[A-Za-z]/.test(name) ? name : `b_${name}`;
  return shortened(begun, maxLength, "_", /[^A-Za-z0-9_]+/g);
}

function shortened(name: string, maxLength: number, joint: string, refused: RegExp): string {
  const plain = name.replace(refused, joint);
  if (plain === name && plain.length <= maxLength) return plain;
  const hash = createHash("sha256")
    .update(name)
    .digest("hex")
    .slice(0, suffixLength - 1);
  return `${plain.slice(0, maxLength - suffixLength)}${joint}${hash}`;
}
