import * as pulumi from "@pulumi/pulumi";
import { unknownKeys, renderIssues } from "../model/index.js";
import { type EnvironmentArgument, requireEnvironment } from "../shared/arguments.js";
import { type LeftSetting, type StackChange, strengthen, strengthenedTypes } from "./stack-changes.js";

/** What {@link protectStack} can be told. */
export interface ProtectStackOptions {
  /**
   * Tags that volumes and file systems get, for a SnapshotPolicy or BackupPlan to find them.
   * @default { "backup-tiers": "<name of the environment>" }
   */
  readonly backupTags?: Readonly<Record<string, string>>;
}

/** What was changed in a stack; both lists grow while the program runs, and are whole when it has ended. */
export interface StackProtection {
  /** Every setting that was strengthened. */
  readonly changes: readonly StackChange[];
  /** What the environment asks and nobody but the program can set. */
  readonly left: readonly LeftSetting[];
}

/**
 * Gives every RDS instance and cluster, EBS volume, DynamoDB table, EFS file system and S3 bucket of this stack the
 * backup settings that the environment asks. Nothing that is stronger is weakened, nothing is replaced, and each change
 * is written to the log. Call it before the first resource.
 *
 * Automated backups of an instance that had none begin with an outage of seconds.
 *
 * @example
 * const protection = protectStack(environmentOfStack());
 */
export function protectStack(
  environmentArgument: EnvironmentArgument,
  options: ProtectStackOptions = {},
): StackProtection {
  const environment = requireEnvironment("aws.protectStack", environmentArgument);
  const issues = unknownKeys(options, ["backupTags"], "options");
  if (issues.length > 0) throw new pulumi.RunError(renderIssues("aws.protectStack", issues));
  const backupTags = options.backupTags ?? { "backup-tiers": environment.name };
  const changes: StackChange[] = [];
  const left: LeftSetting[] = [];

  pulumi.runtime.registerResourceTransform(({ type, name, props, opts }) => {
    if (!strengthenedTypes.includes(type)) return undefined;
    const ignored = (opts as pulumi.CustomResourceOptions).ignoreChanges ?? [];
    const given = props as Readonly<Record<string, unknown>>;
    const result = strengthen({ type, name, props: given, ignored }, environment, backupTags);
    changes.push(...result.changes);
    left.push(...result.left);
    for (const { property, from, to } of result.changes)
      void pulumi.log.info(
        `backup-tiers: ${type} ${name}: ${property} ${JSON.stringify(from)} -> ${JSON.stringify(to)} (${environment.name})`,
      );
    return { props: result.props, opts };
  });
  return { changes, left };
}
