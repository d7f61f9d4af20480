import type * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../model/index.js";
import type { BackupVaultTarget } from "./backup-vault-args.js";
import { RestoreTesting } from "./restore-testing.js";
import type { RestoreTestSelection, RestoreTestSettings } from "./restore-testing-args.js";
import { recoveryPointsOf, restored, type TestedBackups } from "./restore-tests-rules.js";

/** Makes a RestoreTesting for each test of the plan. */
export function provisionRestoreTests(
  name: string,
  settings: RestoreTestSettings,
  selections: Readonly<Record<string, RestoreTestSelection>>,
  { planned, snapshots, gapSeconds }: TestedBackups,
  shared: {
    readonly environment: Environment;
    readonly vault: BackupVaultTarget;
    readonly tags: Readonly<Record<string, pulumi.Input<string>>> | undefined;
  },
  options: pulumi.ComponentResourceOptions,
): void {
  const { startWindowHours, pick, fromLastDays = windowDays(gapSeconds), validation, roleArn } = settings;
  const { environment, vault, tags } = shared;
  for (const { kind, every } of planned.restoreTests) {
    const recoveryPoints = recoveryPointsOf(kind, snapshots);
    new RestoreTesting(
      `${name}-${kind}-test`,
      {
        environment,
        vaults: [vault],
        selections: restored(selections, recoveryPoints),
        every,
        recoveryPoints,
        ...{ startWindowHours, pick, fromLastDays, validation, roleArn, tags },
      },
      options,
    );
  }
}

const daySeconds = 86_400;

/** The service's own 30 days, or long enough to hold the newest backup of what runs less often; at most its 365. */
function windowDays(gapSeconds: number | null): number {
  return Math.min(Math.max(30, Math.ceil((2 * (gapSeconds ?? 0)) / daySeconds)), 365);
}
