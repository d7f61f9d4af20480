import type { BackupAsset } from "../shared/asset.js";
import { planOne } from "../shared/plan-one.js";
import { jobNameIssues } from "./backup-job.js";
import { snapshottedDeclaration, VolumeSnapshots } from "./volume-snapshots.js";
import type { SnapshottedVolumes } from "./volume-snapshots-args.js";
import { volumeSnapshotsIssues, volumeSnapshotsPlanIssues } from "./volume-snapshots-rules.js";

/**
 * Snapshots of claims as an asset of a `BackupStrategy`; see {@link VolumeSnapshots}. They lie in the storage system, not
 * in the strategy's stores: an environment that asks for two copies needs another mechanism beside them.
 *
 * @example
 * volumeSnapshots({ driver: "ebs.csi.aws.com", namespace: "shop", claims: ["uploads"] })
 */
export function volumeSnapshots(args: SnapshottedVolumes & { readonly namespace: string }): BackupAsset {
  const declaration = snapshottedDeclaration(args);
  return {
    declaration,
    issues: (path, environment) => {
      const { planned } = planOne("snapshots", declaration, environment);
      const at = `${path}.`;
      return [
        ...volumeSnapshotsIssues(args, [], at),
        ...jobNameIssues(args.jobName),
        ...(planned === undefined ? [] : volumeSnapshotsPlanIssues(planned, at)),
      ];
    },
    provision: (name, { environment, planned }, options) =>
      new VolumeSnapshots(name, { ...args, environment, asset: planned.name }, options, planned),
  };
}
