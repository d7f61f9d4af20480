// Which snapshots may go, for every list of them. Does not prove what the API server does: test/engine does.
import assert from "node:assert/strict";
import fc from "fast-check";
import { retentionClasses } from "../../components/model/retention.js";
import { readSnapshot, removable, type VolumeSnapshot } from "../../agent/snapshots/volume-snapshot.js";

const now = new Date("2026-11-21T12:00:00Z");
const day = 86_400_000;
const snapshots = fc.array(
  fc.record({
    name: fc.uuid(),
    uid: fc.uuid(),
    claim: fc.constant("uploads"),
    class: fc.constantFrom(...retentionClasses),
    time: fc.integer({ min: 0, max: 400 * 24 }).map((hours) => new Date(now.getTime() - hours * 3_600_000)),
    ready: fc.boolean(),
    error: fc.constant(undefined),
    contentName: fc.constant(undefined),
  }),
  { maxLength: 30 },
);
const retention = fc.dictionary(fc.constantFrom(...retentionClasses), fc.option(fc.integer({ min: 1, max: 1e8 })));

const at = (days: number, ready: boolean, more: Partial<VolumeSnapshot> = {}): VolumeSnapshot => ({
  name: `${days}`,
  uid: "u",
  claim: "uploads",
  class: "daily",
  time: new Date(now.getTime() - days * day),
  ready,
  error: undefined,
  contentName: undefined,
  ...more,
});

describe("agent: which volume snapshots may go", () => {
  it("never the newest ready one, and nothing at all without a ready one", () => {
    fc.assert(
      fc.property(snapshots, retention, (list, kept) => {
        const gone = removable(list, kept, now);
        const ready = list.filter((one) => one.ready);
        const newest = Math.max(...ready.map(({ time }) => time.getTime()));
        assert.ok(gone.every((one) => one.time.getTime() < newest));
        if (ready.length === 0) assert.deepEqual(gone, []);
      }),
    );
  });

  it("nothing whose time is not over, and nothing whose class is kept for ever or not named", () => {
    fc.assert(
      fc.property(snapshots, retention, (list, kept) => {
        for (const one of removable(list, kept, now)) {
          const age = (now.getTime() - one.time.getTime()) / 1000;
          const seconds = one.ready ? kept[one.class] : 86_400;
          assert.ok(seconds !== null && seconds !== undefined && age >= seconds);
        }
      }),
    );
  });

  it("those that were never ready only after a day, and only behind a ready one", () => {
    const names = (list: VolumeSnapshot[]) => removable(list, { daily: 604_800 }, now).map(({ name }) => name);
    assert.deepEqual(names([at(0, true), at(1, false)]), ["1"]);
    assert.deepEqual(names([at(0, true), at(0.9, false)]), []);
    assert.deepEqual(names([at(3, true), at(2, false)]), []);
  });

  it("reads what is ours and is not being deleted", () => {
    const object = (metadata: object, status?: object) => ({
      metadata: { name: "n", uid: "u", creationTimestamp: "2026-11-20T00:00:00Z", ...metadata },
      spec: { source: { persistentVolumeClaimName: "uploads" } },
      status,
    });
    const ours = { labels: { "backup-tiers/class": "weekly" } };
    assert.deepEqual(readSnapshot(object(ours, { readyToUse: true, creationTime: "2026-11-20T00:00:05Z" })), {
      name: "n",
      uid: "u",
      claim: "uploads",
      class: "weekly",
      time: new Date("2026-11-20T00:00:05Z"),
      ready: true,
      error: undefined,
      contentName: undefined,
    });
    assert.equal(readSnapshot(object({})), undefined);
    assert.equal(readSnapshot(object({ ...ours, deletionTimestamp: "2026-11-21T00:00:00Z" })), undefined);
    assert.equal(readSnapshot(object(ours))?.ready, false);
  });
});
