import type { BackupAsset } from "../shared/asset.js";
import { planOne } from "../shared/plan-one.js";
import { VeleroSchedules, veleroDeclaration } from "./velero-schedules.js";
import type { VeleroBackedUp } from "./velero-schedules-args.js";
import { veleroIssues, veleroScheduleIssues } from "./velero-schedules-rules.js";

/** What Velero backs up, as an asset of a strategy. */
export interface VeleroAsset extends VeleroBackedUp {
  /** Names of the strategy's stores to use, in order. @default - as many as the environment asks copies, in order */
  readonly stores?: readonly string[];
}

/**
 * What an installed Velero backs up, as an asset of a `BackupStrategy`; see {@link VeleroSchedules}.
 *
 * @example
 * velero({ namespaces: ["shop"] })
 */
export function velero(args: VeleroAsset): BackupAsset {
  const { stores, ...own } = args;
  const declaration = { ...veleroDeclaration(own), stores };
  return {
    declaration,
    issues: (path, environment) => {
      const { planned } = planOne("velero", declaration, environment);
      const at = `${path}.`;
      return [
        ...veleroIssues(own, ["stores"], at),
        ...(planned === undefined ? [] : veleroScheduleIssues(planned, at)),
      ];
    },
    provision: (name, { environment, planned, stores: chosen }, options) =>
      new VeleroSchedules(name, { ...own, environment, stores: chosen, asset: planned.name }, options, planned),
  };
}
