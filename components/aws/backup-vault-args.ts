import type { Input } from "@pulumi/pulumi";
import type { StoreDeclaration } from "../model/index.js";
import type { EnvironmentArgument } from "../shared/arguments.js";

/** A lock of a vault: nothing in it is deleted before its own retention ends. */
export interface VaultLock {
  /** Shortest retention in whole days; a job that asks less fails. @default 1 */
  readonly minRetentionDays?: number;
  /** Longest retention in whole days; a job that asks more fails. Compliance needs it. @default - unbounded */
  readonly maxRetentionDays?: number;
  /** `governance` can be lifted by a privileged identity; `compliance` by nobody, AWS included. @default "governance" */
  readonly mode?: "governance" | "compliance";
  /**
   * Days, 3 to 36,500, in which a compliance lock can still be changed or removed; after them it is for ever. Needed for
   * compliance, refused for governance.
   */
  readonly changeableForDays?: number;
  /** Must be `true` for compliance: the vault cannot be deleted while it holds anything. */
  readonly acknowledgeIrreversible?: boolean;
}

/** A second vault that is cut off: its lock is compliance by nature and holds from the first moment. */
export interface AirGappedVault {
  /** Shortest retention in whole days, from 7. Cannot be changed. */
  readonly minRetentionDays: number;
  /** Longest retention in whole days. Cannot be changed. */
  readonly maxRetentionDays: number;
  /** Must be `true`: nobody can shorten what lies there. */
  readonly acknowledgeIrreversible: boolean;
  /** ARN of its KMS key. @default - a key of AWS */
  readonly kmsKeyArn?: Input<string>;
}

/** Arguments of the component BackupVault. */
export interface BackupVaultArgs {
  /** Decides the lock and what a destroy may do. */
  readonly environment: EnvironmentArgument;
  /** Region of the vault; changing it replaces the vault. @default - `aws:region` of the stack */
  readonly region?: string;
  /** Account of the vault, part of its location; the provider decides where it really is. @default "default" */
  readonly account?: string;
  /** 2 to 50 letters, digits, dashes and underscores; changing it replaces the vault. @default - chosen by the provider */
  readonly vaultName?: string;
  /**
   * ARN of the KMS key of the vault; changing it replaces the vault.
   * @default - a key of its own that rotates, and that a destroy leaves alone where backups are kept
   */
  readonly kmsKeyArn?: Input<string>;
  /** @default - governance from 1 day on where the environment locks anything (production), else none */
  readonly lock?: VaultLock | "none";
  /**
   * ARNs of the roles that alone may delete recovery points, shorten their lives and change lock and policy; `*` at the
   * end stands for any rest. Name the role that deploys this stack, or its next update is refused.
   * @default - no such policy, and a warning where backups are kept
   */
  readonly breakGlassRoleArns?: readonly string[];
  /** Organization (`o-...`) whose accounts may copy into the vault. @default - none */
  readonly copiesFromOrganization?: string;
  /** A logically air-gapped vault beside this one. @default - none */
  readonly airGapped?: AirGappedVault;
  /** ARN of a standard SNS topic of this account and region for failed jobs. @default - none */
  readonly notificationTopicArn?: Input<string>;
  /** Tags beside the library's own. @default {} */
  readonly tags?: Readonly<Record<string, Input<string>>>;
}

/** A vault as a target of backups: a BackupVault, or one that exists already. */
export interface BackupVaultTarget {
  /** Name in the plan. */
  readonly name: string;
  /** Name of the vault. */
  readonly vaultName: Input<string>;
  /** ARN of the vault. */
  readonly arn: Input<string>;
  /** Where it is, and whether it locks. */
  readonly declaration: StoreDeclaration;
  /** Shortest retention in whole days that its lock lets in. @default - any */
  readonly minRetentionDays?: number;
  /** Longest retention in whole days that its lock lets in. @default - any */
  readonly maxRetentionDays?: number;
  /** It is encrypted with a key of the user's, as copies between accounts need. @default false */
  readonly customerKey?: boolean;
}
