import type { BackupAsset } from "../shared/asset.js";
import { planOne } from "./plan-one.js";
import { SnapshotPolicy, snapshotDeclaration } from "./snapshot-policy.js";
import type { SnapshotTargets } from "./snapshot-policy-args.js";
import { snapshotScheduleIssues, snapshotTargetIssues } from "./snapshot-policy-rules.js";

/**
 * EBS volumes, or the volumes of instances, as an asset of a `BackupStrategy`; see {@link SnapshotPolicy}. Snapshots
 * lie with the service, not in the strategy's stores: `copies` names further regions. Nothing of AWS rehearses their
 * restore; AWS Backup does for volumes that {@link resources} protects.
 *
 * @example
 * ebsVolumes({ targetTags: { backup: "yes" }, copies: [{ region: "eu-central-1" }], alarmTopicArn: alarms.topicArn })
 */
export function ebsVolumes(args: SnapshotTargets): BackupAsset {
  const declaration = snapshotDeclaration(args);
  return {
    declaration,
    issues: (path, environment) => {
      const { planned } = planOne("volumes", declaration, environment);
      const at = `${path}.`;
      return [
        ...snapshotTargetIssues(args, [], at),
        ...(planned === undefined ? [] : snapshotScheduleIssues(args, planned, at)),
      ];
    },
    provision: (name, { environment, planned }, options) =>
      new SnapshotPolicy(name, { ...args, environment, asset: planned.name }, options, planned),
  };
}
