import type * as pulumi from "@pulumi/pulumi";
import type { Environment, Issue, Plan, PlannedAsset } from "../model/index.js";
import { ageAlarms } from "./age-check.js";
import { maxAgeSeconds } from "./backup-alarms-rules.js";
import type { BackedUpResources } from "./backup-plan-args.js";
import { planTiers } from "./backup-plan-tiers.js";
import { provisionRestoreTests } from "./restore-tests.js";
import { plannedTestIssues } from "./restore-tests-rules.js";

/** Restore tests, as the environment asks them. */
export function provePlan(
  name: string,
  args: BackedUpResources,
  environment: Environment,
  planned: PlannedAsset,
  options: pulumi.ComponentResourceOptions,
): void {
  const { restoreTesting, vault, tags } = args;
  if (restoreTesting === undefined) return;
  const backups = { planned, snapshots: hasSnapshots(planned), gapSeconds: planned.longestGapSeconds };
  const shared = { environment, vault, tags };
  provisionRestoreTests(name, restoreTesting, restoreTesting.selections, backups, shared, options);
}

/** Problems of restore tests that the environment's plan asks. */
export function plannedResourceTestIssues(
  { restoreTesting }: Partial<BackedUpResources>,
  planned: PlannedAsset,
  environment: Environment,
  at = "",
): Issue[] {
  if (typeof restoreTesting?.selections !== "object" || planned.frequency === "none") return [];
  const backups = { planned, snapshots: hasSnapshots(planned), gapSeconds: planned.longestGapSeconds };
  return plannedTestIssues(restoreTesting, backups, environment, at);
}

function hasSnapshots(planned: PlannedAsset): boolean {
  return planTiers(planned).some(({ name }) => name !== "continuous");
}

/** The age of this plan's newest backup: metrics count by vault, where another plan may hide its silence. */
export function watchPlan(
  name: string,
  args: BackedUpResources,
  plan: Plan,
  planId: pulumi.Output<string>,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): void {
  const { alarmTopicArn: topicArn, vault } = args;
  const seconds = maxAgeSeconds(plan);
  if (topicArn === undefined || seconds === undefined) return;
  const backups = { kind: "vault", vaultName: vault.vaultName, vaultArn: vault.arn, planId } as const;
  const what = plan.assets[0]?.name ?? name;
  const { region } = vault.declaration.location;
  const target = { region: region === "default" ? undefined : region, topicArn, tags };
  ageAlarms(name, [{ alarm: `${name}-missing`, what, seconds, backups }], target, options);
}
