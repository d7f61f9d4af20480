import { type Issue, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import type { AuditedBackups, AuditReports, BackupAuditArgs } from "./backup-audit-args.js";
import { auditedNumbers, longestAuditedSeconds } from "./audited-numbers.js";
import { assetIssues } from "./backup-alarms-rules.js";
import { caution, problem } from "./problem.js";

const keys = [
  "environment",
  "region",
  "backups",
  "configRecorder",
  "reports",
  "tags",
] as const satisfies readonly (keyof BackupAuditArgs)[];
const backupsKeys = ["plan", "asset", "resourceTypes"] as const satisfies readonly (keyof AuditedBackups)[];
const reportKeys = ["bucket", "prefix", "formats"] as const satisfies readonly (keyof AuditReports)[];
/** Quota of AWS Backup Audit Manager. */
const frameworksMax = 15;

/** A number past the bounds of a control would call good backups bad. */
function numberIssues(audited: AuditedBackups, path: string): Issue[] {
  if (typeof audited.plan !== "object") return [];
  const { gapSeconds, ageSeconds } = auditedNumbers(audited);
  return [
    [gapSeconds, "the frequency is not audited"] as const,
    [ageSeconds, "the age of the newest is not audited; watch it by an aws.BackupAlarms"] as const,
  ].flatMap(([seconds, advice]) =>
    seconds === undefined || seconds <= longestAuditedSeconds
      ? []
      : [
          caution(
            "audit-period",
            path,
            "ask 31 days or less to be audited (AWS Backup Audit Manager)",
            `${Math.ceil(seconds / 86_400)} days`,
            advice,
          ),
        ],
  );
}

/** Problems of an audit's arguments, all of them. */
export function backupAuditIssues(args: BackupAuditArgs): Issue[] {
  const issues = [
    ...unknownKeys(args, keys, "args"),
    ...missingArguments(args, { backups: "name what is audited" }, ""),
  ];
  const { backups, configRecorder, reports } = args;
  if (typeof backups !== "object") return issues;
  const count = Object.keys(backups).length;
  if (count < 1 || count > frameworksMax)
    issues.push(
      problem(
        "audit-frameworks",
        "backups",
        `be 1 to ${frameworksMax} (AWS Backup Audit Manager)`,
        count,
        "put several types into one",
      ),
    );
  if (configRecorder !== true)
    issues.push(
      problem(
        "audit-recorder",
        "configRecorder",
        "be true (a framework needs a recorder of AWS Config, and fails without)",
        configRecorder,
        "record these types in the region and set it",
      ),
    );
  for (const [name, audited] of Object.entries(backups)) {
    const path = `backups.${name}`;
    issues.push(
      ...unknownKeys(audited, backupsKeys, path),
      ...missingArguments(audited, { plan: "give the component's plan", resourceTypes: "name them" }, `${path}.`),
    );
    issues.push(...assetIssues(audited, path), ...numberIssues(audited, `${path}.plan`));
    if (Array.isArray(audited.resourceTypes) && audited.resourceTypes.length === 0)
      issues.push(problem("audit-types", `${path}.resourceTypes`, "name a type (AWS Backup)", [], 'write ["RDS"]'));
  }
  if (reports !== undefined)
    issues.push(
      ...unknownKeys(reports, reportKeys, "reports"),
      ...missingArguments(reports, { bucket: "name the bucket" }, "reports."),
    );
  return issues;
}
