// Proves what an environment asks of a managed database in whole days. Does not prove what a service is set to.
import assert from "node:assert/strict";
import { type DurationText, databaseDays, defineEnvironment, environment } from "../../components/model/index.js";

const keeping = (retention: Record<string, DurationText | "forever" | "none">): ReturnType<typeof databaseDays> =>
  databaseDays(defineEnvironment({ name: "mine", extends: "development", protection: { postgres: { retention } } }));

describe("databaseDays", () => {
  it("reads the built-in environments", () => {
    assert.deepEqual(databaseDays(environment("development")), { daily: 7, pitr: 0 });
    assert.deepEqual(databaseDays(environment("staging")), { daily: 14, pitr: 7 });
    assert.deepEqual(databaseDays(environment("production")), { daily: 30, pitr: 14 });
  });

  it("takes the longer of hourly and daily, and for ever as it is", () => {
    assert.deepEqual(keeping({ hourly: "30 days", pitr: "none" }), { daily: 30, pitr: 0 });
    assert.deepEqual(keeping({ daily: "forever", pitr: "36 hours" }), { daily: Infinity, pitr: 2 });
  });

  it("is nothing where the matrix has no postgres", () => {
    assert.deepEqual(databaseDays({ name: "bare", base: "development", matrix: {} }), { daily: 0, pitr: 0 });
  });
});
