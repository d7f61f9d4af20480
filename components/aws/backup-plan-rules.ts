import { type Issue, limits, type PlannedAsset, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { readArn } from "./arn.js";
import { awsCron } from "./aws-cron.js";
import { alarmTopicIssues } from "./backup-alarms-rules.js";
import { backedUpKeys, type BackedUpResources, type VaultCopy } from "./backup-plan-args.js";
import {
  coldDays,
  coldDaysMin,
  planTiers,
  type PlanTier,
  shortestDistance,
  startWindowOf,
} from "./backup-plan-tiers.js";
import type { BackupVaultTarget } from "./backup-vault-args.js";
import { caution, problem } from "./problem.js";
import { resourceTestIssues } from "./restore-tests-rules.js";
import { selectionIssues } from "./selection-rules.js";
import { daysOf } from "./snapshot-policy-rules.js";
import { isVault, notAVault } from "./vault-target.js";

const copyKeys = ["vault", "retention"] as const satisfies readonly (keyof VaultCopy)[];
/** Jobs run up to 7 days by default, the service's own number; the provider's 180 minutes let large ones expire. */
export const completionWindowMinutes = 10_080;

/** Problems of what is backed up, whatever the environment. `at` is what stands before every path. */
export function backedUpIssues(args: BackedUpResources, allowed: readonly string[], at = ""): Issue[] {
  const issues = [
    ...unknownKeys(args, [...backedUpKeys, ...allowed], at === "" ? "args" : at.slice(0, -1)),
    ...missingArguments(args, { vault: "make an aws.BackupVault or describe yours" }, at),
  ];
  if (!isVault(args.vault)) return issues.length > 0 ? issues : [notAVault(`${at}vault`)];
  const { copies = [], recoveryPointTags = {} } = args;
  issues.push(...selectionIssues(args, at));
  const copiesMax = limits.awsBackupCopiesPerRuleMax.value;
  if (copies.length > copiesMax)
    issues.push(
      problem("plan-copies", `${at}copies`, `hold at most ${copiesMax} (AWS Backup)`, copies.length, "leave some out"),
    );
  copies.forEach((copy, index) => issues.push(...copyIssues(copy, args.vault, `${at}copies[${index}]`)));
  if (Object.keys(recoveryPointTags).length > 10 || Object.keys(recoveryPointTags).some((key) => /^aws:/i.test(key)))
    issues.push(
      problem(
        "plan-recovery-point-tags",
        `${at}recoveryPointTags`,
        'hold at most 10 tags, none with "aws:" in front (AWS Backup)',
        Object.keys(recoveryPointTags),
        "leave some out",
      ),
    );
  if (args.restoreTesting !== undefined) issues.push(...resourceTestIssues(args.restoreTesting, `${at}restoreTesting`));
  const { region } = args.vault.declaration.location;
  issues.push(...alarmTopicIssues(args.alarmTopicArn, region === "default" ? undefined : region, `${at}alarmTopicArn`));
  return issues;
}

/** Problems of the rules that the plan comes to. */
export function planRuleIssues(args: BackedUpResources, planned: PlannedAsset, at = ""): Issue[] {
  if (planned.frequency === "none" || !isVault(args.vault)) return [];
  const tiers = planTiers(planned);
  const frequency = `${at}protection.frequency`;
  if (tiers.length === 0)
    return [
      problem(
        "plan-schedule",
        frequency,
        "be a length of time or cron, or have a window for any moment (AWS Backup)",
        planned.frequency,
        'write "1 day"',
      ),
    ];
  const { cron } = planned.schedule;
  const converted = cron === null ? undefined : awsCron(cron);
  const obstacle = converted !== undefined && "obstacle" in converted ? converted.obstacle : undefined;
  if (obstacle !== undefined)
    return [problem("plan-schedule", frequency, `${obstacle} (AWS Backup)`, cron, "change it")];
  const issues = tiers.flatMap((tier) => retentionIssues(args, tier, at));
  const rulesMax = limits.awsBackupRulesPerPlanMax.value;
  if (tiers.length > rulesMax)
    issues.push(
      problem("plan-rules", `${at}protection.retention`, `come to at most ${rulesMax} rules`, tiers.length, "drop one"),
    );
  return [...issues, ...windowIssues(args, tiers, at), ...coldIssues(args, tiers, at)];
}

function retentionIssues(args: BackedUpResources, tier: PlanTier, at: string): Issue[] {
  const continuous = tier.name === "continuous";
  const path = `${at}protection.retention.${continuous ? "pitr" : tier.name}`;
  const max = continuous ? limits.awsBackupPitrMax.value : limits.awsBackupRetentionMax.value;
  const what = continuous ? "AWS Backup, continuous backup" : "AWS Backup";
  const { days } = tier;
  if (days === "forever" || days > max)
    return [
      problem(
        "plan-retention",
        path,
        `be at most ${max} days (${what})`,
        days === "forever" ? days : `${days} days`,
        continuous ? 'shorten it, and keep older states by a class such as daily: "90 days"' : "write a length of time",
      ),
    ];
  return [
    ...boundIssues(args.vault, days, path),
    ...(args.copies ?? []).flatMap((copy, index) => {
      const copied = copy.retention === undefined ? days : daysOf(copy.retention);
      const own = `${at}copies[${index}].retention`;
      if (!isVault(copy.vault) || copied === undefined) return [];
      return boundIssues(copy.vault, copied, copy.retention === undefined ? path : own);
    }),
  ];
}

/** A job whose retention lies outside of the vault's lock fails when it runs, and not before. */
function boundIssues(vault: BackupVaultTarget, days: number, path: string): Issue[] {
  const { minRetentionDays: min = 1, maxRetentionDays: max = limits.awsBackupRetentionMax.value, name } = vault;
  return days >= min && days <= max
    ? []
    : [
        problem(
          "plan-vault-lock",
          path,
          `be ${min} to ${max} days (lock of the vault ${name}, AWS Backup)`,
          `${days} days`,
          "change the retention or use another vault",
        ),
      ];
}

function windowIssues(args: BackedUpResources, tiers: readonly PlanTier[], at: string): Issue[] {
  const { startWindowMinutes: start = startWindowOf(tiers), completionWindowMinutes: done = completionWindowMinutes } =
    args;
  const issues: Issue[] = [];
  const min = limits.awsBackupStartWindowMin.value;
  const distance = shortestDistance(tiers);
  if (!Number.isInteger(start) || start < min)
    issues.push(
      problem(
        "plan-start-window",
        `${at}startWindowMinutes`,
        `be whole minutes from ${min} (AWS Backup)`,
        start,
        "leave it out",
      ),
    );
  else if (start > distance)
    issues.push(
      problem(
        "plan-windows-overlap",
        `${at}startWindowMinutes`,
        `be at most ${distance}, the time to the next start (AWS Backup keeps only one of two jobs whose windows overlap)`,
        start,
        "shorten it or run less often",
      ),
    );
  if (!Number.isInteger(done) || done <= start)
    issues.push(
      problem(
        "plan-completion-window",
        `${at}completionWindowMinutes`,
        `be whole minutes above the start window of ${start} (AWS Backup)`,
        done,
        `leave it out for ${completionWindowMinutes}`,
      ),
    );
  return issues;
}

function coldIssues(args: BackedUpResources, tiers: readonly PlanTier[], at: string): Issue[] {
  const { coldStorageAfter: after, kind = "volume" } = args;
  if (after === undefined) return [];
  const path = `${at}coldStorageAfter`;
  const days = daysOf(after);
  if (days === undefined)
    return [problem("duration", path, "be a length of time", after, 'write for example "30 days"')];
  if (kind === "postgres" || kind === "object-store")
    return [
      caution(
        "plan-cold-storage",
        path,
        `be left out for ${kind} (AWS Backup ignores it for RDS and S3)`,
        after,
        "remove it",
      ),
    ];
  return tiers.some((tier) => coldDays(args, tier, days) !== undefined)
    ? []
    : [
        problem(
          "plan-cold-storage",
          path,
          `leave a ${kind === "volume" ? "monthly or yearly class" : "class"} at least ${coldDaysMin} days in cold storage (AWS Backup)`,
          after,
          "keep such a class longer or leave it out",
        ),
      ];
}

function copyIssues(copy: VaultCopy, source: BackupVaultTarget, path: string): Issue[] {
  const issues = unknownKeys(copy, copyKeys, path);
  const { vault, retention } = copy;
  if (!isVault(vault)) return [...issues, notAVault(`${path}.vault`)];
  const days = retention === undefined ? 1 : daysOf(retention);
  if (days === undefined || days > limits.awsBackupRetentionMax.value)
    issues.push(
      problem(
        "plan-retention",
        `${path}.retention`,
        `be a length of time of at most ${limits.awsBackupRetentionMax.value} days (AWS Backup)`,
        retention,
        "write a length of time",
      ),
    );
  const arn = readArn(vault.arn);
  if (typeof vault.arn === "string" && (arn?.service !== "backup" || !arn.resource.startsWith("backup-vault:")))
    issues.push(
      problem(
        "plan-copy-vault",
        `${path}.vault.arn`,
        "be the ARN of a backup vault (AWS Backup)",
        vault.arn,
        "write arn:aws:backup:<region>:<account>:backup-vault:<name>",
      ),
    );
  if (vault === source || (typeof vault.arn === "string" && vault.arn === source.arn))
    issues.push(
      problem("plan-copy-vault", `${path}.vault`, "be another vault than the plan's", vault.name, "name another"),
    );
  const crossesAccounts =
    (vault.declaration.location.account ?? "default") !== (source.declaration.location.account ?? "default");
  for (const [at, one] of [
    ["vault", source],
    [`${path}.vault`, vault],
  ] as const)
    if (crossesAccounts && one.customerKey !== true)
      issues.push(
        problem(
          "plan-copy-key",
          `${path === at ? path : at}.customerKey`,
          "be true for copies between accounts (AWS Backup copies none that a key of AWS encrypts)",
          one.customerKey,
          "encrypt the vault with your own key",
        ),
      );
  return issues;
}
