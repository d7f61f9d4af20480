import { type Environment, keepDaysTag, parseDuration, retentionClasses, wholeDays } from "../model/index.js";

/** Every age at which artefacts of this environment expire, from its matrix and from the user's own list, ascending. */
export function lifecycleDays(environment: Environment, further: readonly number[] = []): number[] {
  const days = Object.values(environment.matrix).flatMap((cell) =>
    retentionClasses.flatMap((name) => {
      const kept = cell.retention[name];
      if (kept === undefined || kept === "forever") return [];
      const extended =
        cell.lock !== "none" && cell.lock.extendsRetention === true ? parseDuration(cell.lock.period) : 0;
      return [wholeDays(Math.max(parseDuration(kept), extended))];
    }),
  );
  return [...new Set([...days, ...further])].sort((a, b) => a - b);
}

/** One rule of the bucket's lifecycle. */
export interface LifecycleRule {
  readonly id: string;
  readonly status: "Enabled";
  readonly filter: { readonly prefix: string } | { readonly tag: { readonly key: string; readonly value: string } };
  readonly expiration?: { readonly days: number } | { readonly expiredObjectDeleteMarker: boolean };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
}

/**
 * A rule for each age, by the agent's tag: an asset's retention needs no prefix of its own, so that one bucket serves
 * assets with different retentions. In a versioned bucket expiry only hides an object; what it hid is deleted a day
 * later, or when its lock ends.
 */
export function lifecycleRules(ages: readonly number[], abortUploadsAfterDays: number): LifecycleRule[] {
  return [
    ...ages.map((days): LifecycleRule => ({
      id: `expire-after-${String(days)}-days`,
      status: "Enabled",
      filter: { tag: { key: keepDaysTag, value: String(days) } },
      expiration: { days },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
    })),
    {
      id: "abort-incomplete-uploads",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: abortUploadsAfterDays },
    },
    {
      id: "remove-expired-delete-markers",
      status: "Enabled",
      filter: { prefix: "" },
      expiration: { expiredObjectDeleteMarker: true },
    },
  ];
}
