import { type Issue, type PlannedAsset, unknownKeys } from "../model/index.js";
import { problem } from "../shared/problem.js";
import { proxyIssues } from "./http-proxy.js";
import { type SnapshottedVolumes, snapshottedVolumesKeys } from "./volume-snapshots-args.js";

/** Problems of what is snapshotted, whatever the environment. `at` is what stands before every path. */
export function volumeSnapshotsIssues(args: SnapshottedVolumes, allowed: readonly string[], at = ""): Issue[] {
  const issues = unknownKeys(args, [...snapshottedVolumesKeys, ...allowed], at === "" ? "args" : at.slice(0, -1));
  issues.push(...proxyIssues(args, at));
  const { driver, className, claims = [], matchLabels = {}, readyTimeoutMinutes = 1 } = args;
  const classIsThere = driver === undefined && className !== undefined;
  if (!classIsThere && (typeof driver !== "string" || driver === ""))
    issues.push(
      problem(
        "snapshot-driver",
        `${at}driver`,
        "be the name of a CSI driver (kubectl get csidrivers)",
        driver,
        "a snapshot class belongs to one driver; or name a class that is there as className",
      ),
    );
  const chosen = (claims.length > 0 ? 1 : 0) + (Object.keys(matchLabels).length > 0 ? 1 : 0);
  if (args.namespace === undefined ? chosen > 0 : chosen !== 1)
    issues.push(
      args.namespace === undefined
        ? problem("snapshot-namespace", `${at}namespace`, "be given with claims", args.namespace, "name theirs")
        : problem(
            "snapshot-claims",
            `${at}claims`,
            "be given, or else matchLabels",
            chosen === 0 ? undefined : "both",
            "write one of the two",
          ),
    );
  if (args.namespace === undefined && classIsThere)
    issues.push(
      problem(
        "snapshot-nothing",
        `${at}namespace`,
        "be given where the class is there already",
        args.namespace,
        "name the namespace and its claims, or a driver to make a class for",
      ),
    );
  if (!Number.isInteger(readyTimeoutMinutes) || readyTimeoutMinutes < 1 || readyTimeoutMinutes > 1_440)
    issues.push(
      problem(
        "snapshot-ready-timeout",
        `${at}readyTimeoutMinutes`,
        "be whole minutes from 1 to 1440",
        readyTimeoutMinutes,
        "leave it out for 10",
      ),
    );
  return issues;
}

/** Problems of the schedule that the plan comes to. */
export function volumeSnapshotsPlanIssues(planned: PlannedAsset, at = ""): Issue[] {
  if (planned.frequency === "none") return [];
  const issues: Issue[] = [];
  if (planned.schedule.cron === null && planned.frequency !== "manual")
    issues.push(
      problem(
        "snapshot-schedule",
        `${at}protection.frequency`,
        'be a length of time, cron or "manual" (Kubernetes starts jobs by the clock)',
        planned.frequency,
        'write "1 day"',
      ),
    );
  if (planned.lock !== null)
    issues.push(
      problem(
        "snapshot-lock",
        `${at}protection.lock`,
        'be "none" (CSI snapshots cannot be locked)',
        planned.lock.days,
        "bring a copy into a store that locks",
      ),
    );
  return issues;
}
