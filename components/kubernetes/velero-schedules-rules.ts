import { Output } from "@pulumi/pulumi";
import { type Issue, limits, nearest, type PlannedAsset, unknownKeys } from "../model/index.js";
import { caution, problem } from "../shared/problem.js";
import type { BackupStore } from "../shared/store.js";
import { repositoryPasswordIssues } from "./velero-repository-password.js";
import {
  type VeleroBackedUp,
  veleroBackedUpKeys,
  type VeleroLocation,
  type VeleroSnapshotLocation,
  type VeleroVolumePolicy,
  type VeleroVolumes,
} from "./velero-schedules-args.js";
import { schedulesOf } from "./velero-tiers.js";

const locationKeys = [
  "credential",
  "config",
  "caCert",
  "defaultLockDays",
] as const satisfies readonly (keyof VeleroLocation)[];
const snapshotLocationKeys = [
  "provider",
  "config",
  "credential",
] as const satisfies readonly (keyof VeleroSnapshotLocation)[];
const policyKeys = ["conditions", "action"] as const satisfies readonly (keyof VeleroVolumePolicy)[];
const conditionKeys = [
  "capacity",
  "storageClass",
  "csi",
  "nfs",
  "volumeTypes",
  "pvcLabels",
] as const satisfies readonly (keyof VeleroVolumePolicy["conditions"])[];

const volumePaths: readonly VeleroVolumes[] = ["none", "snapshots", "moved-snapshots", "files"];
const actions: readonly VeleroVolumePolicy["action"][] = ["skip", "snapshot", "fs-backup"];

/** Longest name of a schedule: its backups add 15 characters and become a label of 63. */
export const scheduleNameLength = 48;

/** Whether a way of backing volumes up brings their data into the stores. */
export function storesVolumes(volumes: VeleroVolumes): boolean {
  return volumes === "moved-snapshots" || volumes === "files";
}

/** The issue of a way that Velero does not know. */
export function volumesIssues(volumes: VeleroVolumes = "none", at: string): Issue[] {
  return oneOf("velero-volumes", `${at}volumes`, volumes, volumePaths);
}

/** Whether volume data goes into the stores, in repositories of kopia. */
export function usesRepository(args: VeleroBackedUp): boolean {
  return (
    storesVolumes(args.volumes ?? "none") || (args.volumePolicies ?? []).some(({ action }) => action === "fs-backup")
  );
}

/** Problems of what is backed up, whatever the environment and the stores. `at` is what stands before every path. */
export function veleroIssues(args: VeleroBackedUp, allowed: readonly string[], at = ""): Issue[] {
  const issues = unknownKeys(args, [...veleroBackedUpKeys, ...allowed], at === "" ? "args" : at.slice(0, -1));
  const { volumes = "none", secrets = "excluded", kind, snapshotLocations = {}, scheduleName } = args;
  issues.push(...volumesIssues(volumes, at));
  issues.push(...oneOf("velero-secrets", `${at}secrets`, secrets, ["excluded", "included"]));
  if (secrets === "included")
    issues.push(
      caution(
        "velero-secrets",
        `${at}secrets`,
        'be "excluded" (Velero stores objects unencrypted)',
        secrets,
        "back Secrets up by kubernetes.ObjectsBackup, which seals them",
      ),
    );
  if (kind === "volume" && !usesRepository(args))
    issues.push(
      problem(
        "velero-volume-data",
        `${at}volumes`,
        'bring the data into the stores for kind "volume" (snapshots lie in the storage system)',
        volumes,
        'write "moved-snapshots" or "files"',
      ),
    );
  (args.volumePolicies ?? []).forEach((policy, index) => {
    issues.push(...policyIssues(policy, `${at}volumePolicies[${index}]`));
  });
  if (Object.keys(snapshotLocations).length > 0 && volumes !== "snapshots")
    issues.push(
      problem(
        "velero-snapshot-locations",
        `${at}snapshotLocations`,
        'be left out but for volumes: "snapshots" (Velero moves and reads volumes without them)',
        Object.keys(snapshotLocations),
        'set volumes: "snapshots" or leave them out',
      ),
    );
  for (const [key, location] of Object.entries(snapshotLocations)) {
    issues.push(...unknownKeys(location, snapshotLocationKeys, `${at}snapshotLocations.${key}`));
    issues.push(...configIssues(location.config, `${at}snapshotLocations.${key}.config`));
  }
  for (const [key, location] of Object.entries(args.locations ?? {})) {
    issues.push(...unknownKeys(location, locationKeys, `${at}locations.${key}`));
    issues.push(...configIssues(location.config, `${at}locations.${key}.config`));
  }
  if (
    scheduleName !== undefined &&
    (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(scheduleName) || scheduleName.length > scheduleNameLength)
  )
    issues.push(
      problem(
        "velero-schedule-name",
        `${at}scheduleName`,
        `be at most ${scheduleNameLength} lower-case letters, digits and dashes (Velero adds a time and makes it a label)`,
        scheduleName,
        "shorten it or leave it out",
      ),
    );
  for (const key of ["parallelFilesUpload", "csiSnapshotTimeoutMinutes", "itemOperationTimeoutHours"] as const) {
    const value = args[key];
    if (value !== undefined && (!Number.isInteger(value) || value < 1))
      issues.push(
        problem("velero-number", at + key, "be a whole number from 1 (Velero)", value, "leave it out for Velero's own"),
      );
  }
  return [
    ...issues,
    ...repositoryPasswordIssues(args.repositoryPassword, usesRepository(args), `${at}repositoryPassword`),
  ];
}

/** Problems of the schedules that the plan comes to. */
export function veleroScheduleIssues(planned: PlannedAsset, at = ""): Issue[] {
  if (planned.frequency === "none") return [];
  const issues: Issue[] = [];
  if (planned.schedule.cron === null && planned.frequency !== "manual")
    issues.push(
      problem(
        "velero-schedule",
        `${at}protection.frequency`,
        'be a length of time, cron or "manual" (Velero starts backups by the clock)',
        planned.frequency,
        'write "1 day"',
      ),
    );
  const max = limits.veleroTtlMax.value;
  for (const { name, days } of schedulesOf(planned))
    if (days === "forever" || days > max)
      issues.push(
        problem(
          "velero-ttl",
          `${at}protection.retention.${name}`,
          `be at most ${max} days (Velero's ttl)`,
          days === "forever" ? days : `${days} days`,
          "write a length of time",
        ),
      );
  if (planned.lock !== null)
    issues.push(
      problem(
        "velero-lock",
        `${at}protection.lock`,
        'be "none" (Velero puts no lock on what it writes)',
        planned.lock.days,
        "leave it to a default lock of the bucket that is shorter than the retention",
      ),
    );
  return issues;
}

/** Problems of the stores: what Velero cannot write to, and locks that break it. */
export function veleroStoreIssues(
  args: VeleroBackedUp,
  planned: PlannedAsset,
  stores: Readonly<Record<string, BackupStore>>,
  at = "",
): Issue[] {
  const names = Object.keys(stores);
  const unknown = Object.keys(args.locations ?? {}).filter((key) => !names.includes(key));
  return [
    ...unknown.map((key) =>
      problem(
        "velero-location-store",
        `${at}locations.${key}`,
        "have the name of a store",
        key,
        `write ${nearest(key, names) ?? names.join(" or ")}`,
      ),
    ),
    ...Object.entries(stores).flatMap(([key, store]) => storeIssues(args, planned, key, store, at)),
  ];
}

function storeIssues(
  args: VeleroBackedUp,
  planned: PlannedAsset,
  key: string,
  store: BackupStore,
  at: string,
): Issue[] {
  const { access, declaration } = store;
  if (access.kind === "folder")
    return [
      problem(
        "velero-store",
        `${at}stores.${key}`,
        "be a bucket (Velero writes to object stores)",
        access.kind,
        "name another store",
      ),
    ];
  const settings = args.locations?.[key];
  const issues: Issue[] = [];
  if (access.kind === "gcs" && access.endpoint !== undefined)
    issues.push(
      problem(
        "velero-store",
        `${at}stores.${key}`,
        "be at Google (Velero's plugin knows no other server)",
        access.endpoint,
        "name another store",
      ),
    );
  if (access.credentialsSecret !== undefined && settings?.credential === undefined)
    issues.push(
      problem(
        "velero-credential",
        `${at}locations.${key}.credential`,
        "name a Secret in Velero's namespace, because the store has keys (Velero's plugin reads a credentials file)",
        settings?.credential,
        'make one whose entry "cloud" is the file',
      ),
    );
  const lockDays = settings?.defaultLockDays ?? (declaration.locks === true ? undefined : 0);
  return [...issues, ...lockIssues(args, planned, declaration.location.provider, lockDays, key, at)];
}

function lockIssues(
  args: VeleroBackedUp,
  planned: PlannedAsset,
  provider: string,
  lockDays: number | undefined,
  key: string,
  at: string,
): Issue[] {
  const path = `${at}locations.${key}.defaultLockDays`;
  if (lockDays !== undefined && (!Number.isInteger(lockDays) || lockDays < 0))
    return [problem("velero-default-lock", path, "be whole days from 0", lockDays, "write 0 for no default lock")];
  const breaks = usesRepository(args)
    ? "kopia deletes and rewrites its blobs: nothing is freed, and locks end on what is still in use"
    : provider === "gcp"
      ? "Velero rewrites its objects, which Cloud Storage refuses under a lock"
      : undefined;
  if (breaks !== undefined && lockDays !== 0)
    return [
      problem(
        "velero-default-lock",
        path,
        `be 0 (${breaks})`,
        lockDays,
        'say 0 for a bucket without a default lock, such as one made with lock: "none", or name another store',
      ),
    ];
  const shortest = Math.min(...schedulesOf(planned).map(({ days }) => (days === "forever" ? Infinity : days)));
  return (lockDays ?? 0) <= shortest
    ? []
    : [
        problem(
          "velero-default-lock",
          path,
          `be at most ${shortest}, the shortest retention (Velero then deletes what the lock still holds)`,
          lockDays,
          "shorten the lock or keep backups longer",
        ),
      ];
}

function policyIssues(policy: VeleroVolumePolicy, path: string): Issue[] {
  return [
    ...unknownKeys(policy, policyKeys, path),
    ...unknownKeys(policy.conditions, conditionKeys, `${path}.conditions`),
    ...oneOf("velero-volume-policy", `${path}.action`, policy.action, actions),
  ];
}

/** Velero reads a map of texts; `true` instead of `"true"` is refused by the API server only at `up`. */
function configIssues(config: unknown, path: string): Issue[] {
  const entries = typeof config === "object" && config !== null ? Object.entries(config) : [];
  return entries.flatMap(([key, value]) =>
    typeof value === "string" || Output.isInstance(value) || value instanceof Promise
      ? []
      : [
          problem(
            "velero-config",
            `${path}.${key}`,
            "be a text (Velero)",
            value,
            `write ${JSON.stringify(String(value))}`,
          ),
        ],
  );
}

function oneOf(id: string, path: string, value: unknown, words: readonly string[]): Issue[] {
  if (words.includes(value as string)) return [];
  const advice = `write ${nearest(String(value), words) ?? words.map((word) => JSON.stringify(word)).join(" or ")}`;
  return [problem(id, path, `be one of ${words.join(", ")} (Velero)`, value, advice)];
}
