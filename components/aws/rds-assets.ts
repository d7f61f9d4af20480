import type { BackupAsset } from "../shared/asset.js";
import { planOne } from "./plan-one.js";
import { jobCrons, RdsBackups, rdsDeclaration } from "./rds-backups.js";
import type { RdsBackupSettings, RdsCluster, RdsInstance } from "./rds-backups-args.js";
import { rdsIssues, rdsPlanIssues, type RdsTarget } from "./rds-backups-rules.js";

/** An instance of RDS and its settings. */
export interface RdsInstanceAsset extends RdsBackupSettings {
  /** The instance: an `aws.rds.Instance`, or the ARN and identifier of one that exists. */
  readonly instance: RdsInstance;
}

/** A cluster of RDS and its settings. */
export interface RdsClusterAsset extends RdsBackupSettings {
  /** The cluster: an `aws.rds.Cluster`, or the ARN and identifier of one that exists. */
  readonly cluster: RdsCluster;
}

/**
 * An instance of RDS as an asset of a `BackupStrategy`; see {@link RdsBackups}.
 *
 * @example
 * rdsInstance({ instance: ledger, replication: { region: "eu-central-1" }, longTerm: { vault } })
 */
export function rdsInstance(args: RdsInstanceAsset): BackupAsset {
  return rdsAsset(args);
}

/**
 * A cluster of Aurora, or a Multi-AZ cluster, as an asset of a `BackupStrategy`; see {@link RdsBackups}.
 *
 * @example
 * rdsCluster({ cluster: ledger, longTerm: { vault, optInAcknowledged: true } })
 */
export function rdsCluster(args: RdsClusterAsset): BackupAsset {
  return rdsAsset(args);
}

function rdsAsset(args: RdsTarget): BackupAsset {
  const declaration = rdsDeclaration(args);
  return {
    declaration,
    issues: (path, environment) => {
      const { planned } = planOne("database", declaration, environment);
      const at = `${path}.`;
      return [
        ...rdsIssues(args, [], at),
        ...(planned === undefined ? [] : rdsPlanIssues(args, planned, jobCrons(args, planned), at)),
      ];
    },
    provision: (name, { environment, planned }, options) =>
      new RdsBackups(name, { ...args, environment, asset: planned.name }, options, planned),
  };
}
