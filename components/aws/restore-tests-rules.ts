import { type Environment, type Issue, type PlannedAsset, unknownKeys } from "../model/index.js";
import { missingArguments } from "../shared/arguments.js";
import { caution, problem } from "./problem.js";
import {
  type ResourceRestoreTests,
  type RestoreTestSelection,
  restoreTestSettingKeys,
} from "./restore-testing-args.js";
import { restoreSettingIssues, selectionsIssues } from "./restore-testing-rules.js";

/** Restore tests that AWS Backup can make of snapshots; `smoke`, of one small data set, is met by the whole. */
export const snapshotTests = ["restore", "smoke"] as const;

/** Types of resources whose continuous backups AWS Backup restores to a moment. */
const continuousTypes: readonly string[] = ["Aurora", "RDS", "S3"];

/** What lies in the vault for the tests. */
export interface TestedBackups {
  /** The asset's row of the plan, with the tests that are provided. */
  readonly planned: PlannedAsset;
  /** There are recovery points beside continuous ones. */
  readonly snapshots: boolean;
  /** Longest time between two of them; `null` where nothing bounds it. */
  readonly gapSeconds: number | null;
}

/** Problems of restore tests of what AWS Backup protects, whatever the environment. */
export function resourceTestIssues(tests: ResourceRestoreTests, path: string): Issue[] {
  const issues = [
    ...unknownKeys(tests, ["selections", ...restoreTestSettingKeys], path),
    ...missingArguments(tests, { selections: "name what is restored" }, `${path}.`),
  ];
  if (typeof tests.selections === "object") issues.push(...selectionsIssues(tests.selections, `${path}.`));
  return [...issues, ...restoreSettingIssues(tests, `${path}.`)];
}

/** Problems of the tests that the plan asks. `at` is what stands before every path. */
export function plannedTestIssues(
  { selections }: Pick<ResourceRestoreTests, "selections">,
  { planned, snapshots }: TestedBackups,
  environment: Environment,
  at = "",
): Issue[] {
  const path = `${at}restoreTesting`;
  if (planned.restoreTests.length === 0)
    return environment.base === "development"
      ? []
      : [
          caution(
            "restore-test-asked",
            path,
            "have a test to make in protection.restoreTests (the environment asks none that AWS Backup can make)",
            [],
            'write restoreTests: [{ kind: "restore", every: "1 week" }]',
          ),
        ];
  const issues: Issue[] = [];
  const continuous = planned.restoreTests.filter(({ kind }) => recoveryPointsOf(kind, snapshots) === "continuous");
  if (continuous.length > 0 && planned.pitrSeconds === null)
    issues.push(
      problem(
        "restore-test-continuous",
        `${at}protection.restoreTests`,
        "have continuous backups to restore (AWS Backup restores snapshots to their own moment only)",
        continuous.map(({ kind }) => kind),
        "set retention.pitr, or leave the test out",
      ),
    );
  if (continuous.length > 0 && Object.keys(restored(selections, "continuous")).length === 0)
    issues.push(
      problem(
        "restore-test-continuous",
        `${path}.selections`,
        `hold one of ${continuousTypes.join(", ")} for the ${continuous[0]?.kind ?? ""} test (AWS Backup restores these to any moment)`,
        Object.values(selections).map(({ type }) => type),
        "name it, or leave the test out",
      ),
    );
  return issues;
}

/** Which recovery points a test restores. */
export function recoveryPointsOf(kind: string, snapshots: boolean): "snapshots" | "continuous" {
  return kind !== "pitr" && snapshots ? "snapshots" : "continuous";
}

/** The selections that have such recovery points. */
export function restored(
  selections: Readonly<Record<string, RestoreTestSelection>>,
  recoveryPoints: "snapshots" | "continuous",
): Record<string, RestoreTestSelection> {
  return Object.fromEntries(
    Object.entries(selections).filter(
      ([, { type }]) => recoveryPoints === "snapshots" || continuousTypes.includes(type),
    ),
  );
}
