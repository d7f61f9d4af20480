import type { BackupAsset } from "../shared/asset.js";
import type { BackedUpResources } from "./backup-plan-args.js";
import { BackupPlan, backedUpDeclaration } from "./backup-plan.js";
import { plannedResourceTestIssues } from "./backup-plan-proofs.js";
import { backedUpIssues, planRuleIssues } from "./backup-plan-rules.js";
import { planOne } from "./plan-one.js";

/**
 * Resources that AWS Backup protects (EBS, EFS, RDS, Aurora, DynamoDB, S3 and others) as an asset of a
 * `BackupStrategy`; see {@link BackupPlan}. Recovery points lie in vaults, not in the strategy's stores.
 *
 * @example
 * resources({
 *   vault,
 *   copies: [{ vault: offsite }],
 *   allTags: { backup: "yes" },
 *   restoreTesting: { selections: { files: { type: "EFS" } }, validation: { checkFunctionArn: readFiles.arn } },
 *   alarmTopicArn: alarms.topicArn,
 * })
 */
export function resources(args: BackedUpResources): BackupAsset {
  const declaration = backedUpDeclaration(args);
  return {
    declaration,
    issues: (path, environment) => {
      const { planned } = planOne("resources", declaration, environment);
      const at = `${path}.`;
      return [
        ...backedUpIssues(args, [], at),
        ...(planned === undefined ? [] : planRuleIssues(args, planned, at)),
        ...(planned === undefined ? [] : plannedResourceTestIssues(args, planned, environment, at)),
      ];
    },
    provision: (name, { environment, planned }, options) =>
      new BackupPlan(name, { ...args, environment, asset: planned.name }, options, planned),
  };
}
