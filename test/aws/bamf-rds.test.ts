// The row of BAMF's guide for RDS ("automated backups and manual snapshots": production hourly for 30 days, staging daily for
// 7 days, development manual), as settings of the database and as a plan. Does not prove that RDS makes a backup.
import assert from "node:assert/strict";
import { RdsBackups, rdsSettings } from "../../components/aws/index.js";
import { type Environment, defineEnvironment, type ProtectionOverride } from "../../components/index.js";
import { record } from "../support/recorder.js";
import { children } from "./support/children.js";

const once = { copies: 1, lock: "none", restoreTests: [] } as const;
const documented = (name: "development" | "staging" | "production", postgres: ProtectionOverride): Environment =>
  defineEnvironment({ name, extends: name, protection: { postgres: { ...once, ...postgres } } });
const environments = [
  documented("production", { frequency: "1 hour", retention: { hourly: "30 days", pitr: "30 days" } }),
  documented("staging", { frequency: "1 day", retention: { daily: "7 days" } }),
  documented("development", { frequency: "manual", retention: { daily: "7 days" } }),
];

describe("BAMF's database on RDS", () => {
  it("has the guide's frequency and retention in every environment", async () => {
    const rows: unknown[] = [];
    for (const environment of environments) {
      let backups: RdsBackups | undefined;
      const all = await record(() => {
        const arn = "arn:aws:rds:eu-west-1:123456789012:db:bamf";
        backups = new RdsBackups("bamf", { environment, instance: { arn, identifier: "bamf" } });
      });
      const [planned] = backups!.plan.assets;
      rows.push([
        environment.name,
        planned!.frequency,
        planned!.retention,
        rdsSettings(environment).backupRetentionPeriod,
      ]);
      assert.deepEqual(children(all), [], "RDS itself keeps 30 days: nothing beside it is needed");
      assert.deepEqual(
        backups!.plan.issues.filter(({ level }) => level === "error"),
        [],
      );
    }
    assert.deepEqual(rows, [
      ["production", "1 hour", { hourly: 30, pitrDays: 30 }, 30],
      ["staging", "1 day", { daily: 7 }, 7],
      ["development", "manual", { daily: 7 }, 7],
    ]);
  });
});
