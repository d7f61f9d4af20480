import type { BackupAsset } from "../shared/asset.js";
import { planOne } from "../shared/plan-one.js";
import type { LonghornVolumes } from "./longhorn-args.js";
import { LonghornBackups, longhornDeclaration } from "./longhorn-backups.js";
import { longhornIssues, longhornPlanIssues } from "./longhorn-rules.js";

/** Volumes of Longhorn, as an asset of a strategy. */
export interface LonghornAsset extends LonghornVolumes {
  /** Name of the strategy's store to use. @default - the first */
  readonly stores?: readonly string[];
}

/**
 * Volumes of Longhorn as an asset of a `BackupStrategy`; see {@link LonghornBackups}.
 *
 * @example
 * longhornVolumes({ groups: ["databases"], credentialSecret: "longhorn-s3" })
 */
export function longhornVolumes(args: LonghornAsset): BackupAsset {
  const { stores, ...own } = args;
  const declaration = { ...longhornDeclaration(own), stores };
  return {
    declaration,
    issues: (path, environment) => {
      const { planned } = planOne("volumes", declaration, environment);
      const at = `${path}.`;
      return [
        ...longhornIssues(own, ["stores"], at),
        ...(planned === undefined ? [] : longhornPlanIssues(own, planned, at)),
      ];
    },
    provision: (name, { environment, planned, stores: chosen }, options) =>
      new LonghornBackups(name, { ...own, environment, stores: chosen, asset: planned.name }, options, planned),
  };
}
