// Ids and object names: what is built can be taken apart, and nothing else can.
// Does not prove: what a store does with such names.
import assert from "node:assert/strict";
import fc from "fast-check";
import { newBackupId, timeOfId } from "../../agent/backup-id.js";
import { objectKey, parseObjectKey } from "../../agent/object-name.js";
import { partSize } from "../../agent/stores/part-size.js";
import { retentionClasses } from "../../components/model/retention.js";

const time = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });

describe("object names", () => {
  it("hold the second they were made in", () => {
    fc.assert(
      fc.property(time, (moment) => {
        const second = new Date(Math.floor(moment.getTime() / 1000) * 1000);
        assert.deepEqual(timeOfId(newBackupId(moment)), second);
      }),
    );
  });

  it("can be taken apart in their own place, and only there", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
    fc.assert(
      fc.property(
        fc.constantFrom("", "a", "a/b"),
        word,
        word,
        time,
        fc.constantFrom(...retentionClasses),
        (prefix, environment, asset, moment, name) => {
          const object = {
            prefix,
            environment,
            asset,
            class: name,
            id: newBackupId(moment),
            extension: "manifest.json",
          };
          const key = objectKey(object);
          assert.deepEqual(parseObjectKey({ prefix, environment, asset }, key), object);
          assert.equal(parseObjectKey({ prefix, environment, asset: `${asset}x` }, key), undefined);
        },
      ),
    );
  });

  it("reads as the design says", () => {
    const object = {
      prefix: "/backups/",
      environment: "production",
      asset: "orders",
      class: "daily",
      id: "20260131T020000Z-0123abcd",
      extension: "dump.zst.age",
    } as const;
    assert.equal(
      objectKey(object),
      "backups/production/orders/daily/2026/01/31/20260131T020000Z-0123abcd.dump.zst.age",
    );
  });
});

describe("parts of an upload", () => {
  it("hold 5 TiB in 10,000, each between 5 MiB and 5 GiB as S3 wants, and 120 GB with 64 MiB at most", () => {
    const sizes = Array.from({ length: 10_000 }, (_, index) => partSize(index + 1));
    const sum = (count: number): number => sizes.slice(0, count).reduce((total, size) => total + size, 0);
    assert.ok(sum(10_000) >= 5 * 2 ** 40);
    assert.ok(Math.min(...sizes) >= 5 * 2 ** 20 && Math.max(...sizes) <= 5 * 2 ** 30);
    assert.ok(sum(sizes.filter((size) => size <= 64 * 2 ** 20).length) >= 120e9);
  });
});
