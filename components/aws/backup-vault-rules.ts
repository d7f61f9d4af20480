import { type Environment, type Issue, limits, unknownKeys } from "../model/index.js";
import { readArn } from "./arn.js";
import type { AirGappedVault, BackupVaultArgs, VaultLock } from "./backup-vault-args.js";
import { regionOf } from "./plan-one.js";
import { caution, problem } from "./problem.js";

const keys = [
  "environment",
  "region",
  "account",
  "vaultName",
  "kmsKeyArn",
  "lock",
  "breakGlassRoleArns",
  "copiesFromOrganization",
  "airGapped",
  "notificationTopicArn",
  "tags",
] as const satisfies readonly (keyof BackupVaultArgs)[];

const lockKeys = [
  "minRetentionDays",
  "maxRetentionDays",
  "mode",
  "changeableForDays",
  "acknowledgeIrreversible",
] as const satisfies readonly (keyof VaultLock)[];

const airGappedKeys = [
  "minRetentionDays",
  "maxRetentionDays",
  "acknowledgeIrreversible",
  "kmsKeyArn",
] as const satisfies readonly (keyof AirGappedVault)[];

const modes: readonly string[] = ["governance", "compliance"];
const longest = limits.awsBackupLockMax.value;

/** Problems of a vault's arguments, all of them. */
export function backupVaultIssues(args: BackupVaultArgs, environment: Environment): Issue[] {
  const issues = [...unknownKeys(args, keys, "args"), ...lockIssues(args.lock), ...airGappedIssues(args.airGapped)];
  const { vaultName, breakGlassRoleArns: breakGlass, copiesFromOrganization: organization } = args;
  if (vaultName !== undefined && !/^[A-Za-z0-9_-]{2,50}$/.test(vaultName))
    issues.push(
      problem(
        "vault-name",
        "vaultName",
        "be 2 to 50 letters, digits, dashes and underscores (AWS Backup)",
        vaultName,
        "leave it out for a name of the provider's",
      ),
    );
  if (breakGlass === undefined && environment.base !== "development")
    issues.push(
      caution(
        "vault-break-glass",
        "breakGlassRoleArns",
        "name who alone may delete recovery points (AWS Backup access policy)",
        undefined,
        "name the role that deploys this stack and that of an emergency",
      ),
    );
  (breakGlass ?? []).forEach((arn, index) => {
    const read = readArn(arn);
    if (read?.service !== "iam" && read?.service !== "sts")
      issues.push(
        problem(
          "vault-break-glass",
          `breakGlassRoleArns[${index}]`,
          "be the ARN of a role (IAM)",
          arn,
          "write arn:aws:iam::<account>:role/<name>",
        ),
      );
  });
  if (breakGlass?.length === 0)
    issues.push(
      problem(
        "vault-break-glass",
        "breakGlassRoleArns",
        "name at least one role (a policy without an exception locks out its own deployer)",
        breakGlass,
        "name a role or leave it out",
      ),
    );
  if (organization !== undefined && !/^o-[a-z0-9]{10,32}$/.test(organization))
    issues.push(
      problem(
        "vault-organization",
        "copiesFromOrganization",
        "be the id of an organization (AWS Organizations)",
        organization,
        'write for example "o-a1b2c3d4e5"',
      ),
    );
  return [...issues, ...topicIssues(args), ...keyIssues(args)];
}

function lockIssues(lock: unknown): Issue[] {
  if (lock === undefined || lock === "none") return [];
  const issues = unknownKeys(lock, lockKeys, "lock");
  if (typeof lock !== "object" || lock === null) return issues;
  const { minRetentionDays: min = 1, maxRetentionDays: max, mode = "governance", ...rest } = lock as VaultLock;
  issues.push(...rangeIssues(min, max, 1, "lock"));
  if (!modes.includes(mode))
    issues.push(
      problem(
        "vault-lock-mode",
        "lock.mode",
        'be "governance" or "compliance" (AWS Backup Vault Lock)',
        mode,
        "leave it out for governance",
      ),
    );
  const { changeableForDays: changeable, acknowledgeIrreversible } = rest;
  if (mode !== "compliance") {
    if (changeable !== undefined)
      issues.push(
        problem(
          "vault-lock-grace",
          "lock.changeableForDays",
          "be left out for governance (AWS Backup makes any lock with it a compliance lock)",
          changeable,
          'leave it out, or set mode: "compliance"',
        ),
      );
    return issues;
  }
  const grace = limits.awsBackupLockGraceMin.value;
  if (changeable === undefined || !isWhole(changeable, grace, longest))
    issues.push(
      problem(
        "vault-lock-grace",
        "lock.changeableForDays",
        `be ${grace} to ${longest} whole days for compliance (AWS Backup Vault Lock)`,
        changeable,
        "say how long the lock can still be taken back",
      ),
    );
  if (acknowledgeIrreversible !== true)
    issues.push(
      problem(
        "compliance-is-acknowledged",
        "lock.acknowledgeIrreversible",
        "be true for compliance mode (nobody, not even AWS, can lift the lock)",
        acknowledgeIrreversible,
        'set it, or use mode: "governance"',
      ),
    );
  if (max === undefined)
    issues.push(
      problem(
        "vault-lock-max",
        "lock.maxRetentionDays",
        "be given for compliance (what nobody can delete is paid for to its end)",
        max,
        "write the longest retention that you would pay for",
      ),
    );
  return issues;
}

function airGappedIssues(vault: unknown): Issue[] {
  if (vault === undefined) return [];
  const issues = unknownKeys(vault, airGappedKeys, "airGapped");
  if (typeof vault !== "object" || vault === null) return issues;
  const { minRetentionDays, maxRetentionDays, acknowledgeIrreversible } = vault as AirGappedVault;
  issues.push(...rangeIssues(minRetentionDays, maxRetentionDays, 7, "airGapped"));
  if (!acknowledgeIrreversible)
    issues.push(
      problem(
        "compliance-is-acknowledged",
        "airGapped.acknowledgeIrreversible",
        "be true (the vault is a compliance lock from its first moment)",
        acknowledgeIrreversible,
        "set it, or leave airGapped out",
      ),
    );
  return issues;
}

function rangeIssues(min: number, max: number | undefined, lowest: number, path: string): Issue[] {
  const issues: Issue[] = [];
  const service = lowest === 1 ? "AWS Backup Vault Lock" : "AWS Backup air-gapped vault";
  if (!isWhole(min, lowest, longest))
    issues.push(
      problem(
        "vault-lock-range",
        `${path}.minRetentionDays`,
        `be ${lowest} to ${longest} whole days (${service})`,
        min,
        "correct it",
      ),
    );
  if (max !== undefined && !isWhole(max, Math.max(min, lowest), longest))
    issues.push(
      problem(
        "vault-lock-range",
        `${path}.maxRetentionDays`,
        `be ${Math.max(min, lowest)} to ${longest} whole days (${service})`,
        max,
        "correct it",
      ),
    );
  return issues;
}

function topicIssues({ notificationTopicArn: given, region }: BackupVaultArgs): Issue[] {
  const topic = readArn(given);
  const own = regionOf(region);
  const wrong =
    topic !== undefined &&
    (topic.service !== "sns" || topic.resource.endsWith(".fifo") || (own !== undefined && topic.region !== own));
  return wrong
    ? [
        problem(
          "vault-topic",
          "notificationTopicArn",
          "be a standard SNS topic of the vault's region (AWS Backup)",
          given,
          "name such a topic",
        ),
      ]
    : [];
}

function keyIssues({ kmsKeyArn, region }: BackupVaultArgs): Issue[] {
  const key = readArn(kmsKeyArn);
  const own = regionOf(region);
  const wrong =
    typeof kmsKeyArn === "string" &&
    (key === undefined ||
      key.service !== "kms" ||
      !key.resource.startsWith("key/") ||
      (own !== undefined && key.region !== own));
  return wrong
    ? [
        problem(
          "vault-key",
          "kmsKeyArn",
          "be the ARN of a KMS key of the vault's region, no alias (AWS Backup)",
          kmsKeyArn,
          "write arn:aws:kms:<region>:<account>:key/<id>",
        ),
      ]
    : [];
}

function isWhole(value: unknown, from: number, to: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= from && value <= to;
}
