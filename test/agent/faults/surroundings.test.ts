// Clocks that jump, runs at the same time, and two stores of which one fails: what holds on any store.
// Does not prove: filesystems that lie about what they wrote.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { needPrograms } from "../../support/programs.js";
import { S3Server } from "../support/s3-server.js";
import { Scene } from "../support/scene.js";

describe("agent: faults of the surroundings", () => {
  const server = new S3Server();
  let scene: Scene;

  before(async function () {
    needPrograms(this, "versitygw", "age-keygen", "minisign");
    await server.start();
  });
  after(() => server.stop());
  beforeEach(async () => {
    scene = new Scene("s3", "head -c 300000 /dev/urandom", () => undefined);
    await scene.start();
  });
  afterEach(() => {
    scene.remove();
  });

  for (const [jump, seconds] of [
    ["back by two hours", -7200],
    ["back by more than the retention", -40 * 86_400],
    ["ahead by less than the retention", 3600],
  ] as const) {
    it(`the clock jumps ${jump}`, async () => {
      scene.workspace.clockShiftSeconds = seconds;
      const run = await scene.run(["backup"]);
      assert.equal(run.code, 0, run.stderr);
      scene.workspace.clockShiftSeconds = 0;
      await scene.assertInvariant(run);
    });
  }

  it("the clock jumps ahead by years, and everything seems expired", async () => {
    scene.workspace.clockShiftSeconds = 3 * 365 * 86_400;
    const run = await scene.run(["prune"]);
    assert.notEqual(run.code, 2, run.stderr);
    scene.workspace.clockShiftSeconds = 0;
    await scene.assertInvariant(run);
  });

  it("two runs at once into a bucket", async () => {
    const stores = [...scene.workspace.config.stores, server.store()];
    const runs = await Promise.all([scene.run(["backup"], stores), scene.run(["backup"], stores)]);
    assert.deepEqual(
      runs.map(({ code }) => code),
      [0, 0],
    );
    assert.notEqual(runs[0].result.id, runs[1].result.id);
    await scene.assertAllGood();
    await scene.assertInvariant();
  });

  it("an artefact of 0 bytes", async () => {
    scene.source("true");
    const run = await scene.run(["backup"]);
    assert.equal(run.code, 1);
    assert.match(run.result.message, /got 0 bytes$/);
    await scene.assertInvariant(run);
  });

  it("one of two stores fails, in either order", async () => {
    const folder = scene.workspace.path("second");
    mkdirSync(folder);
    const gone = server.store({ bucket: "nowhere" });
    for (const stores of [
      [gone, ...scene.workspace.config.stores],
      [...scene.workspace.config.stores, gone],
    ]) {
      const run = await scene.run(["backup"], stores);
      assert.equal(run.code, 1);
      assert.match(run.result.message, /^the backup lies in 1 of 2 stores; offsite: NoSuchBucket/);
      await scene.assertInvariant(run);
      scene.workspace.clockShiftSeconds += 60;
    }
  });
});
