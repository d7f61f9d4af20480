import { createHash } from "node:crypto";
import { databaseDays, type Environment, limits } from "../model/index.js";
import { shortName } from "./aws-names.js";
import { rdsSettings } from "./rds-settings.js";

/** One setting of a resource that was strengthened. */
export interface StackChange {
  /** Type of the resource: `aws:rds/instance:Instance`. */
  readonly type: string;
  /** Name of the resource. */
  readonly name: string;
  /** The setting. */
  readonly property: string;
  /** What the program said; `null` for nothing. */
  readonly from: unknown;
  /** What the environment asks. */
  readonly to: unknown;
}

/** One setting that the environment asks and that cannot be set from outside. */
export interface LeftSetting extends Omit<StackChange, "from" | "to"> {
  /** Why, and what to do. */
  readonly reason: string;
}

/** What a transform does to one resource. */
export interface Strengthened {
  /** The properties, changed where needed. */
  readonly props: Readonly<Record<string, unknown>>;
  /** Every change. */
  readonly changes: readonly StackChange[];
  /** What was asked and not done. */
  readonly left: readonly LeftSetting[];
}

/** A resource as a transform sees it. */
export interface SeenResource {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** Properties whose changes are ignored: another owns them. */
  readonly ignored: readonly string[];
}

/** Collects the changes of one resource. */
class Strengthening {
  readonly props: Record<string, unknown>;
  readonly changes: StackChange[] = [];
  readonly left: LeftSetting[] = [];

  constructor(readonly resource: SeenResource) {
    this.props = { ...resource.props };
  }

  /**
   * Sets a property unless what is there is as strong; what is known only later is left alone and said. `parts` are those
   * of the property that decide.
   */
  raise(property: string, to: unknown, isAsStrong: (value: unknown) => boolean, parts: readonly string[] = []): void {
    const { type, name, ignored } = this.resource;
    const value = this.props[property];
    if (ignored.includes(property)) {
      this.leave(property, "its changes are ignored (ignoreChanges)");
      return;
    }
    if ([value, ...parts.map((part) => asRecord(value)[part])].some(isOutput)) {
      this.leave(property, "its value is known only later; write it plainly, or see to it yourself");
      return;
    }
    if (isAsStrong(value)) return;
    this.props[property] = to;
    this.changes.push({ type, name, property, from: value ?? null, to });
  }

  leave(property: string, reason: string): void {
    this.left.push({ type: this.resource.type, name: this.resource.name, property, reason });
  }
}

/**
 * What the environment asks of one resource. Only ever stronger: a longer retention, a protection that is on and a
 * backup that is kept stay as they are.
 */
export function strengthen(
  resource: SeenResource,
  environment: Environment,
  backupTags: Readonly<Record<string, string>>,
): Strengthened {
  const one = new Strengthening(resource);
  switch (resource.type) {
    case "aws:rds/instance:Instance":
    case "aws:rds/cluster:Cluster":
      strengthenDatabase(one, environment);
      break;
    case "aws:ebs/volume:Volume":
      tag(one, environment, backupTags);
      if (keeps(environment)) one.raise("finalSnapshot", true, (value) => value === true);
      break;
    case "aws:efs/fileSystem:FileSystem":
      tag(one, environment, backupTags);
      break;
    case "aws:dynamodb/table:Table":
      strengthenTable(one, environment);
      break;
    case "aws:s3/bucket:Bucket":
      strengthenBucket(one, environment);
      break;
    case "aws:s3/bucketVersioning:BucketVersioning":
      one.raise(
        "versioningConfiguration",
        { ...asRecord(one.props["versioningConfiguration"]), status: "Enabled" },
        (value) =>
          ["Enabled", undefined].includes(asRecord(value)["status"] as string | undefined) && value !== undefined,
        ["status"],
      );
      break;
  }
  return one;
}

/** Types that {@link strengthen} looks at. */
export const strengthenedTypes: readonly string[] = [
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:ebs/volume:Volume",
  "aws:efs/fileSystem:FileSystem",
  "aws:dynamodb/table:Table",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketVersioning:BucketVersioning",
];

function strengthenDatabase(one: Strengthening, environment: Environment): void {
  const { props, resource } = one;
  if (props["replicateSourceDb"] !== undefined || props["replicationSourceIdentifier"] !== undefined) {
    one.leave("backupRetentionPeriod", "a replica is protected by its source");
    return;
  }
  const asked = rdsSettings(environment);
  one.raise(
    "backupRetentionPeriod",
    asked.backupRetentionPeriod,
    (value) => Number(value ?? 0) >= asked.backupRetentionPeriod,
  );
  one.raise("copyTagsToSnapshot", true, (value) => value === true);
  if (props["storageEncrypted"] !== true)
    one.leave("storageEncrypted", "changing it replaces the database; restore an encrypted copy of a snapshot");
  if (!keeps(environment)) return;
  one.raise("deletionProtection", true, (value) => value === true);
  one.raise("deleteAutomatedBackups", false, (value) => value === false);
  one.raise("skipFinalSnapshot", false, (value) => value !== true);
  one.raise(
    "finalSnapshotIdentifier",
    finalSnapshot(resource, environment),
    (value) => value !== undefined && value !== "",
  );
}

/** A letter first, then letters, digits and single dashes; the hash keeps it apart from that of another stack's. */
function finalSnapshot({ name, type }: SeenResource, environment: Environment): string {
  const plain = shortName(`final-${name}`, 200)
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/-+$/, "");
  const hash = createHash("sha256").update([environment.name, type, name].join("/")).digest("hex").slice(0, 7);
  return `${plain}-${hash}`;
}

function strengthenTable(one: Strengthening, environment: Environment): void {
  const { pitr } = databaseDays(environment);
  const asked = Math.min(pitr, limits.rdsRetentionMax.value);
  // A window that is only switched off keeps its longer days.
  const days = Math.max(asked, Number(asRecord(one.props["pointInTimeRecovery"])["recoveryPeriodInDays"] ?? 0) || 0);
  if (asked > 0)
    one.raise(
      "pointInTimeRecovery",
      { enabled: true, recoveryPeriodInDays: days },
      (value) => {
        const { enabled, recoveryPeriodInDays } = asRecord(value);
        // Left out, the service keeps its longest: 35 days.
        return enabled === true && Number(recoveryPeriodInDays ?? limits.rdsRetentionMax.value) >= days;
      },
      ["enabled", "recoveryPeriodInDays"],
    );
  if (keeps(environment)) one.raise("deletionProtectionEnabled", true, (value) => value === true);
}

function strengthenBucket(one: Strengthening, environment: Environment): void {
  if (asRecord(one.props["tags"])["managed-by"] === "pulumi-backup-tiers") return;
  if (keeps(environment)) one.raise("forceDestroy", false, (value) => value !== true);
  one.leave(
    "versioning",
    "it is a resource of its own since version 7 of the provider: add an aws.s3.BucketVersioning",
  );
}

/** Policies and plans select by tag; one that the program gives itself stays. */
function tag(one: Strengthening, environment: Environment, backupTags: Readonly<Record<string, string>>): void {
  if (environment.matrix["volume"]?.frequency === "none") return;
  const given = asRecord(one.props["tags"]);
  one.raise("tags", { ...backupTags, ...given }, (value) =>
    Object.keys(backupTags).every((key) => key in asRecord(value)),
  );
}

function keeps(environment: Environment): boolean {
  return environment.base !== "development";
}

function isOutput(value: unknown): boolean {
  return typeof value === "object" && value !== null && "apply" in value && typeof value.apply === "function";
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
