import { createHash } from "node:crypto";

/** What the provider appends to a name that it chooses: a dash and 7 hexadecimal digits. */
const suffixLength = 8;

/**
 * A name for a resource whose logical name the provider cannot take as it is: too long with the provider's own suffix,
 * or with letters that the service refuses. `undefined` where the provider should choose, which it does best: a
 * replacement is then made before the old one goes.
 */
export function nameWhereNeeded(name: string, maxLength: number): string | undefined {
  return name.length <= maxLength - suffixLength && /^[A-Za-z0-9_-]+$/.test(name)
    ? undefined
    : shortName(name, maxLength);
}

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
