import { type Environment, keepDaysTag, parseDuration, retentionClasses, wholeDays } from "../model/index.js";
import type { ColdStorage } from "./backup-bucket-args.js";

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

/** What a rule is for: one condition, or several in `and`. */
export interface LifecycleFilter {
  readonly prefix?: string;
  readonly tag?: { readonly key: string; readonly value: string };
  readonly and?: { readonly tags: Readonly<Record<string, string>>; readonly objectSizeGreaterThan: number };
}

/** One rule of the bucket's lifecycle. */
export interface LifecycleRule {
  readonly id: string;
  readonly status: "Enabled";
  readonly filter: LifecycleFilter;
  readonly transitions?: { readonly days: number; readonly storageClass: string }[];
  readonly expiration?: { readonly days: number } | { readonly expiredObjectDeleteMarker: boolean };
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays: number };
  readonly abortIncompleteMultipartUpload?: { readonly daysAfterInitiation: number };
}

/**
 * A rule for each age, by the agent's tag: an asset's retention needs no prefix of its own, so that one bucket serves
 * assets with different retentions. In a versioned bucket expiry only hides an object; what it hid is deleted a day
 * later, or when its lock ends.
 */
export function lifecycleRules(
  ages: readonly number[],
  abortUploadsAfterDays: number,
  cold?: ColdStorage,
): LifecycleRule[] {
  return [
    ...ages.map((days): LifecycleRule => ({
      id: `expire-after-${String(days)}-days`,
      status: "Enabled",
      filter: { tag: { key: keepDaysTag, value: String(days) } },
      expiration: { days },
      noncurrentVersionExpiration: { noncurrentDays: 1 },
    })),
    ...(cold === undefined ? [] : coldRules(ages, cold)),
    ...commonRules(abortUploadsAfterDays),
  ];
}

/** What every versioned bucket needs: uploads that nobody ends and delete markers that hide nothing are removed. */
export function commonRules(abortUploadsAfterDays: number): LifecycleRule[] {
  return [
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

/** Days for which each class bills at least (S3 pricing). */
export const shortestStayDays = { GLACIER_IR: 90, GLACIER: 90, DEEP_ARCHIVE: 180 } as const;
/** Below it an object costs more in a cold class than where it is; manifests stay below. */
const smallestColdBytes = 131_072;

/** Ages whose artefacts stay in the cold class at least as long as it bills. */
export function coldAges(ages: readonly number[], { after, storageClass = "GLACIER_IR" }: ColdStorage): number[] {
  return ages.filter((days) => days - wholeDays(parseDuration(after)) >= shortestStayDays[storageClass]);
}

function coldRules(ages: readonly number[], cold: ColdStorage): LifecycleRule[] {
  const { after, storageClass = "GLACIER_IR" } = cold;
  return coldAges(ages, cold).map((days) => ({
    id: `cold-storage-of-${String(days)}-days`,
    status: "Enabled",
    filter: { and: { tags: { [keepDaysTag]: String(days) }, objectSizeGreaterThan: smallestColdBytes } },
    transitions: [{ days: wholeDays(parseDuration(after)), storageClass }],
  }));
}
