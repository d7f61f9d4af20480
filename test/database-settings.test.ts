// Settings of managed databases: what is spread into their arguments, against each service's limits. Does not prove
// that a service accepts or keeps them.
import assert from "node:assert/strict";
import { rdsSettings } from "../components/aws/index.js";
import { flexibleServerSettings } from "../components/azure/index.js";
import { cloudSqlSettings } from "../components/gcp/index.js";
import { defineEnvironment } from "../components/index.js";

const environments = ["development", "staging", "production"] as const;

describe("settings of managed databases", () => {
  it("keep in RDS what the environment asks, and never less than a day", () => {
    assert.deepEqual(
      environments
        .map((name) => rdsSettings(name))
        .map(({ backupRetentionPeriod, deletionProtection, skipFinalSnapshot, deleteAutomatedBackups }) => [
          backupRetentionPeriod,
          deletionProtection,
          skipFinalSnapshot,
          deleteAutomatedBackups,
        ]),
      [
        [7, false, true, true],
        [14, true, false, false],
        [30, true, false, false],
      ],
    );
  });

  it("keep in Cloud SQL what its editions can", () => {
    const days = (edition: "ENTERPRISE" | "ENTERPRISE_PLUS") =>
      environments
        .map((name) => cloudSqlSettings(name, edition).backupConfiguration)
        .map((backup) => [
          backup.pointInTimeRecoveryEnabled,
          backup.transactionLogRetentionDays,
          backup.backupRetentionSettings.retainedBackups,
        ]);
    assert.deepEqual(days("ENTERPRISE"), [
      [false, 1, 7],
      [true, 7, 14],
      [true, 7, 30],
    ]);
    assert.deepEqual(days("ENTERPRISE_PLUS"), [
      [false, 1, 7],
      [true, 7, 14],
      [true, 14, 30],
    ]);
  });

  it("keep in a Flexible Server between 7 and 35 days, beside its region where two copies are asked", () => {
    assert.deepEqual(
      environments.map((name) => flexibleServerSettings(name).backup),
      [
        { backupRetentionDays: 7, geoRedundantBackup: "Disabled" },
        { backupRetentionDays: 14, geoRedundantBackup: "Enabled" },
        { backupRetentionDays: 30, geoRedundantBackup: "Enabled" },
      ],
    );
  });

  it("cap a retention past the service's own", () => {
    const archive = defineEnvironment({
      name: "archive",
      extends: "production",
      protection: { postgres: { retention: { hourly: "24 hours", daily: "2 years" } } },
    });
    assert.deepEqual(
      [
        rdsSettings(archive).backupRetentionPeriod,
        cloudSqlSettings(archive).backupConfiguration.backupRetentionSettings.retainedBackups,
        flexibleServerSettings(archive).backup.backupRetentionDays,
      ],
      [35, 365, 35],
    );
  });

  it("fail for an environment that is none", () => {
    assert.throws(() => rdsSettings("prod" as never), /environment must be .*got "prod"; write production/);
  });
});
