import { type Issue, locationKey, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { readArn } from "./arn.js";
import type { BucketReplication, ReplicaBucket } from "./backup-bucket-args.js";
import { problem } from "./problem.js";

const replicationKeys = ["to", "storageClass", "timeControl"] as const satisfies readonly (keyof BucketReplication)[];
const storageClasses: readonly unknown[] = [undefined, "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"];

/** What a copy is compared with. */
export interface ReplicatedBucket {
  /** Region, as far as it is known. */
  readonly region: string | undefined;
  /** Account as the location has it. */
  readonly account: string | undefined;
  /** Whether a KMS key encrypts it. */
  readonly encryptedByKey: boolean;
  /** Whether it locks, which its copies then must too. */
  readonly locks: boolean;
}

/** Problems of one copy that S3 makes. */
export function replicationIssues(replication: unknown, source: ReplicatedBucket, path: string): Issue[] {
  const issues = [
    ...unknownKeys(replication, replicationKeys, path),
    ...missingArguments(replication, { to: "make an aws.BackupBucket in another region" }, `${path}.`),
  ];
  if (typeof replication !== "object" || replication === null) return issues;
  const { to, storageClass } = replication as BucketReplication;
  if (!storageClasses.includes(storageClass))
    issues.push(
      problem(
        "replica-storage-class",
        `${path}.storageClass`,
        "be STANDARD_IA, GLACIER_IR, GLACIER or DEEP_ARCHIVE (S3 storage classes)",
        storageClass,
        "correct it",
      ),
    );
  if (!isReplicaBucket(to))
    return [
      ...issues,
      problem("replica-bucket", `${path}.to`, "be a bucket", "something else", "make an aws.BackupBucket"),
    ];
  return [...issues, ...placeIssues(to, source, `${path}.to`), ...keyIssues(to, source, `${path}.to`)];
}

function placeIssues(to: ReplicaBucket, source: ReplicatedBucket, path: string): Issue[] {
  const own = { provider: "aws", account: source.account, region: source.region ?? "default" };
  const { location, locks } = to.declaration;
  const issues: Issue[] = [];
  if (locationKey(location) === locationKey(own))
    issues.push(
      problem(
        "replica-location",
        path,
        "lie in another region or account (two copies in one place are lost together)",
        locationKey(location),
        "name a bucket elsewhere",
      ),
    );
  if (location.account !== source.account && !/^\d{12}$/.test(location.account ?? ""))
    issues.push(
      problem(
        "replica-account",
        `${path}.account`,
        "be an account of 12 digits where it is another one (S3 replication)",
        location.account,
        "write the account's number into the bucket's account",
      ),
    );
  if (source.locks && locks !== true)
    issues.push(
      problem(
        "replica-lock",
        path,
        "have Object Lock as the bucket that it copies has (S3 replication)",
        locks,
        "use an aws.BackupBucket",
      ),
    );
  return issues;
}

function keyIssues(to: ReplicaBucket, source: ReplicatedBucket, path: string): Issue[] {
  if (source.encryptedByKey && to.kmsKeyArn === undefined)
    return [
      problem(
        "replica-key",
        `${path}.kmsKeyArn`,
        "be given for objects that a KMS key encrypts (S3 replication leaves them out without it)",
        undefined,
        "give the other bucket ownKey: true or a key",
      ),
    ];
  const key = readArn(to.kmsKeyArn);
  const { region } = to.declaration.location;
  return key !== undefined && region !== "default" && key.region !== region
    ? [
        problem(
          "replica-key",
          `${path}.kmsKeyArn`,
          `be a key of ${region} (S3)`,
          to.kmsKeyArn,
          "name one of that region",
        ),
      ]
    : [];
}

function isReplicaBucket(value: unknown): value is ReplicaBucket {
  return typeof value === "object" && value !== null && "arn" in value && "declaration" in value;
}
