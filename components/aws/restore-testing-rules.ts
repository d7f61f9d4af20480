import { type Issue, resolveFrequency, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { readArn } from "./arn.js";
import { awsCron } from "./aws-cron.js";
import { caution, problem } from "./problem.js";
import {
  restoreTestedTypes,
  type RestoreTestingArgs,
  type RestoreTestSelection,
  restoreTestSettingKeys,
  type RestoreTestSettings,
  type RestoreValidation,
} from "./restore-testing-args.js";
import { isVault } from "./vault-target.js";

const keys = [
  "environment",
  "vaults",
  "selections",
  "every",
  "recoveryPoints",
  "tags",
  ...restoreTestSettingKeys,
] as const satisfies readonly (keyof RestoreTestingArgs)[];
const selectionKeys = [
  "type",
  "resources",
  "allTags",
  "restoreMetadata",
  "validationWindowHours",
] as const satisfies readonly (keyof RestoreTestSelection)[];
const validationKeys = [
  "checkFunctionArn",
  "timeoutSeconds",
  "topicArn",
] as const satisfies readonly (keyof RestoreValidation)[];

const resourcesMax = 30;

/** Problems of a restore test's arguments, all of them. */
export function restoreTestingIssues(args: RestoreTestingArgs): Issue[] {
  const issues = [
    ...unknownKeys(args, keys, "args"),
    ...missingArguments(args, { vaults: "name a vault", selections: "name what is restored" }, ""),
  ];
  if (!Array.isArray(args.vaults) || typeof args.selections !== "object") return issues;
  const { vaults, selections, recoveryPoints } = args;
  if (vaults.length === 0 || !vaults.every(isVault))
    issues.push(problem("vault-is-a-vault", "vaults", "hold vaults", vaults.length, "name an aws.BackupVault"));
  else issues.push(...regionIssues(vaults.map(({ declaration }) => declaration.location.region)));
  if (!([undefined, "any", "snapshots", "continuous"] as unknown[]).includes(recoveryPoints))
    issues.push(
      problem(
        "restore-recovery-points",
        "recoveryPoints",
        'be "any", "snapshots" or "continuous"',
        recoveryPoints,
        'leave it out for "any"',
      ),
    );
  return [...issues, ...selectionsIssues(selections), ...scheduleIssues(args), ...restoreSettingIssues(args)];
}

/** Problems of what is restored, whoever asks. `at` is what stands before every path. */
export function selectionsIssues(selections: Readonly<Record<string, RestoreTestSelection>>, at = ""): Issue[] {
  const all = Object.entries(selections);
  return all.length === 0
    ? [problem("restore-selections", `${at}selections`, "name something to restore", selections, "name it")]
    : all.flatMap(([name, selection]) => selectionIssues(selection, `${at}selections.${name}`));
}

/** Problems of how it is restored and checked, whoever asks. `at` is what stands before every path. */
export function restoreSettingIssues(settings: RestoreTestSettings, at = ""): Issue[] {
  const { startWindowHours, fromLastDays, pick, validation } = settings;
  const issues = [
    ...rangeIssues(`${at}startWindowHours`, startWindowHours, 1, 168),
    ...rangeIssues(`${at}fromLastDays`, fromLastDays, 1, 365),
  ];
  if (!([undefined, "latest", "random"] as unknown[]).includes(pick))
    issues.push(problem("restore-pick", `${at}pick`, 'be "latest" or "random"', pick, 'leave it out for "latest"'));
  return [...issues, ...validationIssues(validation, `${at}validation`)];
}

function regionIssues(regions: readonly string[]): Issue[] {
  const different = [...new Set(regions)];
  return different.length === 1
    ? []
    : [
        problem(
          "restore-region",
          "vaults",
          "lie in one region (AWS Backup restore testing)",
          different,
          "make a RestoreTesting for each",
        ),
      ];
}

function selectionIssues(selection: RestoreTestSelection, path: string): Issue[] {
  const issues = [
    ...unknownKeys(selection, selectionKeys, path),
    ...rangeIssues(`${path}.validationWindowHours`, selection.validationWindowHours, 0, 168),
  ];
  const { type, resources = [], allTags = {} } = selection;
  if (!restoreTestedTypes.includes(type))
    issues.push(
      problem(
        "restore-type",
        `${path}.type`,
        `be one of ${restoreTestedTypes.join(", ")} (AWS Backup restore testing)`,
        type,
        "drill other kinds by a check of your own",
      ),
    );
  if (resources.length > resourcesMax)
    issues.push(
      problem(
        "restore-resources",
        `${path}.resources`,
        `be at most ${resourcesMax} (AWS Backup restore testing)`,
        resources.length,
        "leave it out, or make a second selection",
      ),
    );
  if (resources.length > 0 && Object.keys(allTags).length > 0)
    issues.push(
      problem(
        "restore-conditions",
        `${path}.allTags`,
        "be left out where resources are named (AWS Backup restore testing)",
        allTags,
        "decide for one of the two",
      ),
    );
  return issues;
}

function scheduleIssues({ every = "1 week" }: RestoreTestingArgs): Issue[] {
  try {
    const { cron } = resolveFrequency(every, "restores").schedule;
    const converted = cron === null ? { obstacle: "be a length of time or cron" } : awsCron(cron);
    return "obstacle" in converted
      ? [problem("restore-schedule", "every", `${converted.obstacle} (AWS Backup)`, every, 'write "1 week"')]
      : [];
  } catch (error) {
    const why = error instanceof Error ? error.message : 'write "1 week"';
    return [problem("restore-schedule", "every", "be a frequency", every, why)];
  }
}

function validationIssues(validation: unknown, path: string): Issue[] {
  if (validation === undefined)
    return [
      caution(
        "restore-validation",
        path,
        "name a check (a restore that is made proves that there is something, not what)",
        undefined,
        "give the ARN of a function that counts rows or reads files",
      ),
    ];
  const issues = [
    ...unknownKeys(validation, validationKeys, path),
    ...missingArguments(validation, { checkFunctionArn: "name the function that checks" }, `${path}.`),
  ];
  if (typeof validation !== "object" || validation === null) return issues;
  const { checkFunctionArn, timeoutSeconds, topicArn } = validation as RestoreValidation;
  for (const [key, value, service] of [
    ["checkFunctionArn", checkFunctionArn, "lambda"],
    ["topicArn", topicArn, "sns"],
  ] as const)
    if (typeof value === "string" && readArn(value)?.service !== service)
      issues.push(
        problem(
          "restore-validation",
          `${path}.${key}`,
          `be an ARN of ${service === "lambda" ? "Lambda" : "SNS"}`,
          value,
          "correct it",
        ),
      );
  return [...issues, ...rangeIssues(`${path}.timeoutSeconds`, timeoutSeconds, 1, 840)];
}

function rangeIssues(path: string, value: number | undefined, from: number, to: number): Issue[] {
  return value === undefined || (Number.isInteger(value) && value >= from && value <= to)
    ? []
    : [problem("restore-range", path, `be ${from} to ${to}, whole (AWS Backup restore testing)`, value, "correct it")];
}
