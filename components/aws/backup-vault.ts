import * as backup from "@pulumi/aws/backup";
import * as pulumi from "@pulumi/pulumi";
import type { Environment, StoreDeclaration } from "../model/index.js";
import { resolveEnvironment } from "../shared/arguments.js";
import { throwOnErrors } from "../shared/problems.js";
import { nameWhereNeeded } from "./aws-names.js";
import type { BackupVaultArgs, BackupVaultTarget, VaultLock } from "./backup-vault-args.js";
import { backupVaultIssues } from "./backup-vault-rules.js";
import { encryptionKey } from "./encryption-key.js";
import { libraryTags, regionOf } from "./plan-one.js";

/**
 * A vault of AWS Backup with a key of its own, a lock as the environment asks, and a policy that leaves deletion to
 * named roles. Where backups are kept neither vault nor key can be destroyed (`protect`); under a compliance lock the
 * key also stays when it leaves the stack, because without it every recovery point is unreadable. In development the
 * vault empties itself.
 *
 * @example
 * new BackupVault("vault", {
 *   environment: "production",
 *   region: "eu-west-1",
 *   breakGlassRoleArns: ["arn:aws:iam::123456789012:role/deployer"],
 * });
 */
export class BackupVault extends pulumi.ComponentResource implements BackupVaultTarget {
  /** Type of the component in states and policies. */
  static readonly type = "backup-tiers:aws:BackupVault";

  readonly name: string;
  readonly declaration: StoreDeclaration;
  readonly minRetentionDays: number | undefined;
  readonly maxRetentionDays: number | undefined;
  readonly customerKey = true;
  /** Name of the vault. */
  readonly vaultName: pulumi.Output<string>;
  /** ARN of the vault. */
  readonly arn: pulumi.Output<string>;
  /** ARN of the key that encrypts it. */
  readonly kmsKeyArn: pulumi.Output<string>;
  /** ARN of the air-gapped vault; empty without one. */
  readonly airGappedArn: pulumi.Output<string>;

  constructor(name: string, args: BackupVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super(BackupVault.type, name, {}, opts);
    const { environment, issues } = resolveEnvironment(args.environment);
    throwOnErrors("aws.BackupVault", name, [...issues, ...backupVaultIssues(args, environment)], this);
    const lock = args.lock ?? defaultLock(environment);
    const keeps = environment.base !== "development";
    const options = { parent: this, protect: opts?.protect ?? (keeps ? true : undefined) };
    const tags = libraryTags(environment, args.tags);

    const forEver = (lock !== "none" && lock.mode === "compliance") || args.airGapped !== undefined;
    const key = { region: args.region, describes: `Recovery points of the vault ${name}`, keeps, forEver, tags };
    this.kmsKeyArn = pulumi.output(args.kmsKeyArn ?? encryptionKey(name, key, options));
    const vault = new backup.Vault(
      name,
      {
        name: args.vaultName ?? nameWhereNeeded(name, vaultNameMax),
        region: args.region,
        kmsKeyArn: this.kmsKeyArn,
        forceDestroy: !keeps,
        tags,
      },
      options,
    );
    configure(name, args, vault, lock, options);
    const airGapped = args.airGapped && airGappedVault(name, args, args.airGapped, tags, options);

    this.name = name;
    this.vaultName = vault.name;
    this.arn = vault.arn;
    this.airGappedArn = airGapped?.arn ?? pulumi.output("");
    this.minRetentionDays = lock === "none" ? undefined : (lock.minRetentionDays ?? 1);
    this.maxRetentionDays = lock === "none" ? undefined : lock.maxRetentionDays;
    this.declaration = {
      location: { provider: "aws", account: args.account, region: regionOf(args.region) ?? "default" },
      locks: lock !== "none",
    };
    this.registerOutputs({
      vaultName: this.vaultName,
      arn: this.arn,
      kmsKeyArn: this.kmsKeyArn,
      airGappedArn: this.airGappedArn,
    });
  }
}

const vaultNameMax = 50;

/** A lock keeps every recovery point to the end of its own retention, so that the shortest bound asks enough. */
function defaultLock(environment: Environment): VaultLock | "none" {
  return Object.values(environment.matrix).some(({ lock }) => lock !== "none") ? { minRetentionDays: 1 } : "none";
}

/**
 * Lock and policy have no identity but the vault's name: replaced by creating first, the deletion of the old one would
 * take the new one away, hence `deleteBeforeReplace`.
 */
function configure(
  name: string,
  args: BackupVaultArgs,
  vault: backup.Vault,
  lock: VaultLock | "none",
  options: pulumi.CustomResourceOptions,
): void {
  const target = { backupVaultName: vault.name, region: args.region };
  const single = { ...options, deleteBeforeReplace: true };
  if (lock !== "none")
    new backup.VaultLockConfiguration(
      `${name}-lock`,
      {
        ...target,
        minRetentionDays: lock.minRetentionDays ?? 1,
        maxRetentionDays: lock.maxRetentionDays,
        changeableForDays: lock.mode === "compliance" ? lock.changeableForDays : undefined,
      },
      // The provider never reads it back; a difference would replace a lock that nobody can replace.
      { ...single, ignoreChanges: lock.mode === "compliance" ? ["changeableForDays"] : undefined },
    );
  const statements = policyStatements(args, vault.arn);
  if (statements.length > 0)
    new backup.VaultPolicy(
      `${name}-policy`,
      { ...target, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements }) },
      single,
    );
  if (args.notificationTopicArn !== undefined)
    new backup.VaultNotifications(
      `${name}-notifications`,
      { ...target, snsTopicArn: args.notificationTopicArn, backupVaultEvents: failureEvents },
      single,
    );
}

const failureEvents = [
  "BACKUP_JOB_FAILED",
  "BACKUP_JOB_EXPIRED",
  "COPY_JOB_FAILED",
  "RESTORE_JOB_FAILED",
  "CONTINUOUS_BACKUP_INTERRUPTED",
  "S3_BACKUP_OBJECT_FAILED",
];

function policyStatements(args: BackupVaultArgs, arn: pulumi.Output<string>): object[] {
  const { breakGlassRoleArns, copiesFromOrganization } = args;
  return [
    ...(breakGlassRoleArns === undefined
      ? []
      : [
          {
            Sid: "DenyDestructive",
            Effect: "Deny",
            Principal: "*",
            Action: [
              "backup:DeleteRecoveryPoint",
              "backup:UpdateRecoveryPointLifecycle",
              "backup:DeleteBackupVault",
              "backup:PutBackupVaultAccessPolicy",
              "backup:DeleteBackupVaultAccessPolicy",
              "backup:DeleteBackupVaultLockConfiguration",
            ],
            Resource: "*",
            Condition: { ArnNotLike: { "aws:PrincipalArn": breakGlassRoleArns } },
          },
        ]),
    ...(copiesFromOrganization === undefined
      ? []
      : [
          {
            Sid: "AllowCopiesOfTheOrganization",
            Effect: "Allow",
            Principal: "*",
            Action: "backup:CopyIntoBackupVault",
            Resource: arn,
            Condition: { StringEquals: { "aws:PrincipalOrgID": copiesFromOrganization } },
          },
        ]),
  ];
}

function airGappedVault(
  name: string,
  args: BackupVaultArgs,
  airGapped: NonNullable<BackupVaultArgs["airGapped"]>,
  tags: Readonly<Record<string, pulumi.Input<string>>>,
  options: pulumi.CustomResourceOptions,
): backup.LogicallyAirGappedVault {
  return new backup.LogicallyAirGappedVault(
    `${name}-air-gapped`,
    {
      name: nameWhereNeeded(`${name}-air-gapped`, vaultNameMax),
      region: args.region,
      minRetentionDays: airGapped.minRetentionDays,
      maxRetentionDays: airGapped.maxRetentionDays,
      encryptionKeyArn: airGapped.kmsKeyArn,
      tags,
    },
    options,
  );
}
