// Proves the form of the limits and the three that the design names. Does not prove that a service still has them:
// each carries its source and the day it was read.
import assert from "node:assert/strict";
import { limits } from "../../components/model/index.js";

describe("limits", () => {
  it("are frozen, named by their key, with a source and the day it was read", () => {
    assert.ok(Object.isFrozen(limits));
    for (const [id, limit] of Object.entries(limits)) {
      assert.ok(Object.isFrozen(limit), id);
      assert.equal(limit.id, id);
      assert.ok(Number.isSafeInteger(limit.value) && limit.value > 0, id);
      assert.ok(limit.source.length > 10, id);
      assert.equal(limit.readOn, "2026-11-21");
    }
  });

  it("hold what the design names", () => {
    const { rdsRetentionMax, cloudSqlBackupsMax, flexibleServerRetentionMax, kubernetesCronJobNameMax } = limits;
    assert.deepEqual(
      [rdsRetentionMax, cloudSqlBackupsMax, flexibleServerRetentionMax, kubernetesCronJobNameMax].map(
        ({ value, unit }) => `${value} ${unit}`,
      ),
      ["35 days", "365 backups", "35 days", "52 characters"],
    );
  });
});
