// Clocks that jump, runs at the same time, and two stores of which one fails: what holds on any store.
// Does not prove: filesystems that lie about what they wrote.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { needPrograms } from "../../support/programs.js";
import { S3Server } from "../support/s3-server.js";
import { Scene } from "../support/scene.js";
import { networkServers } from "../support/stored-objects.js";

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

for (const [name, { program, make }] of Object.entries(networkServers)) {
  describe(`agent: faults of the surroundings of ${name}`, () => {
    const server = make();
    let scene: Scene;

    before(async function () {
      needPrograms(this, program, "age-keygen", "minisign");
      await server.start();
    });
    beforeEach(async () => {
      const script = "head -c 300000 /dev/urandom";
      scene = new Scene(name as keyof typeof networkServers, script, () => [server.store()], { asset: randomUUID() });
      await scene.start();
    });
    afterEach(() => {
      scene.remove();
    });
    after(() => server.stop());

    it("two runs at once", async () => {
      const runs = await Promise.all([scene.run(["backup"]), scene.run(["backup"])]);
      assert.deepEqual(
        runs.map(({ code }) => code),
        [0, 0],
      );
      assert.notEqual(runs[0].result.id, runs[1].result.id);
      await scene.assertAllGood();
      await scene.assertInvariant();
    });

    for (const [jump, seconds] of [
      ["ahead", 3 * 365 * 86_400],
      ["back", -3 * 365 * 86_400],
    ] as const) {
      it(`the clock jumps ${jump} by years: nothing is written, nothing goes, and what there is can be restored`, async () => {
        scene.workspace.clockShiftSeconds = seconds;
        const run = await scene.run(["backup"]);
        assert.equal(run.code, 1, run.stderr);
        assert.match(run.result.message, /clock must be within 900 seconds of the server's|RequestTimeTooSkewed/);
        const pruned = await scene.run(["prune"]);
        assert.deepEqual(pruned.result["removed"], []);
        scene.workspace.clockShiftSeconds = 0;
        await scene.assertInvariant(run);
        await scene.assertAllGood();
      });
    }
  });
}
