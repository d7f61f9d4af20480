import { type Issue, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import type { ColdStorage } from "./backup-bucket-args.js";
import { coldAges, shortestStayDays } from "./bucket-lifecycle.js";
import { problem } from "./problem.js";
import { daysOf } from "./snapshot-policy-rules.js";

const coldKeys = ["after", "storageClass"] as const satisfies readonly (keyof ColdStorage)[];

/** Problems of cold storage for artefacts of these ages. */
export function coldIssues(cold: unknown, ages: readonly number[]): Issue[] {
  if (cold === undefined) return [];
  const issues = [
    ...unknownKeys(cold, coldKeys, "coldStorage"),
    ...missingArguments(cold, { after: 'write for example "30 days"' }, "coldStorage."),
  ];
  if (issues.length > 0) return issues;
  const { after, storageClass = "GLACIER_IR" } = cold as ColdStorage;
  if (!Object.hasOwn(shortestStayDays, storageClass))
    return [
      problem(
        "cold-storage-class",
        "coldStorage.storageClass",
        "be GLACIER_IR, GLACIER or DEEP_ARCHIVE (S3 storage classes)",
        storageClass,
        "leave it out for GLACIER_IR",
      ),
    ];
  if (daysOf(after) === undefined)
    return [problem("duration", "coldStorage.after", "be a length of time", after, 'write for example "30 days"')];
  return coldAges(ages, { after, storageClass }).length > 0
    ? []
    : [
        problem(
          "cold-storage-pays",
          "coldStorage.after",
          `leave a retention at least ${shortestStayDays[storageClass]} days in ${storageClass} (it bills as many in any case)`,
          after,
          "leave it out, or move earlier",
        ),
      ];
}
