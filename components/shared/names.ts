import { createHash } from "node:crypto";
import { limits } from "../model/index.js";

/** Longest name of a CronJob: its Jobs add 11 characters and may have 63. */
export const cronJobNameLength = limits.kubernetesCronJobNameMax.value;

/** Longest name of most Kubernetes objects that become labels or host names (RFC 1123 label). */
export const labelNameLength = 63;

/**
 * A name that Kubernetes takes: lower case, digits and dashes, at most `maxLength` characters. A name that had to be
 * changed ends in a hash of the original, so that two long names never become one.
 */
export function kubernetesName(name: string, maxLength = labelNameLength): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (plain === name && plain.length <= maxLength) return plain;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 7);
  return `${plain.slice(0, maxLength - 8).replace(/-+$/, "")}-${hash}`.replace(/^-+/, "");
}
