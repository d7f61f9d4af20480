// FolderStore and VolumeSnapshots: what they register. Does not prove that a driver honours it.
import assert from "node:assert/strict";
import {
  FolderStore,
  type FolderStoreArgs,
  VolumeSnapshots,
  type VolumeSnapshotsArgs,
} from "../../components/kubernetes/index.js";
import { record } from "../support/recorder.js";

describe("kubernetes.FolderStore", () => {
  const claim = async (args: Partial<FolderStoreArgs>) =>
    (await record(() => new FolderStore("near", { environment: "production", size: "50Gi", ...args }))).find(
      ({ type }) => type.endsWith("PersistentVolumeClaim"),
    )!;

  it("protects its claim where backups are kept, and waits for no pod", async () => {
    const kept = await claim({});
    const { protect: development } = await claim({ environment: "development" });
    assert.deepEqual([kept.protect, development], [true, false]);
    const metadata = kept.inputs["metadata"] as { annotations: Record<string, string>; labels: Record<string, string> };
    assert.equal(metadata.annotations["pulumi.com/skipAwait"], "true");
    assert.equal(metadata.labels["purpose"], "backup");
  });

  it("is told from a store in another cluster by its location", async () => {
    let stores: FolderStore[] = [];
    await record(() => {
      stores = [
        new FolderStore("a", { environment: "development", size: "1Gi" }),
        new FolderStore("b", { environment: "development", size: "1Gi", cluster: "west" }),
      ];
    });
    assert.deepEqual(
      stores.map(({ declaration }) => declaration.location),
      [
        { provider: "kubernetes", region: "cluster" },
        { provider: "kubernetes", region: "west" },
      ],
    );
  });

  for (const size of ["1Gi", "1.5Ti", "500M"])
    it(`takes ${size}`, async () => {
      assert.ok(await claim({ size }));
    });
  for (const size of ["0Gi", "10", "10 Gi", "10GB"])
    it(`fails for the size ${size}`, async () => {
      await assert.rejects(
        claim({ size }),
        new RegExp(`size must be a quantity of bytes \\(Kubernetes\\), got "${size}"; write it with its unit`),
      );
    });
});

describe("kubernetes.VolumeSnapshots", () => {
  const policy = async (args: Partial<VolumeSnapshotsArgs>) =>
    (await record(() => new VolumeSnapshots("class", { environment: "production", driver: "d", ...args }))).find(
      ({ type }) => type.endsWith("VolumeSnapshotClass"),
    )!.inputs["deletionPolicy"];

  it("retains where backups are kept and deletes in development", async () => {
    assert.deepEqual(
      [await policy({ environment: "development" }), await policy({ environment: "staging" }), await policy({})],
      ["Delete", "Retain", "Retain"],
    );
  });

  it("fails without a driver", async () => {
    await assert.rejects(policy({ driver: "" }), /driver must be the name of a CSI driver/);
  });
});
