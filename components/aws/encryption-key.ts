import * as kms from "@pulumi/aws/kms";
import type * as pulumi from "@pulumi/pulumi";

/** What a key is for. */
export interface EncryptionKeyArgs {
  /** Region of what it encrypts. */
  readonly region: string | undefined;
  /** What it encrypts, in a few words. */
  readonly describes: string;
  /** Backups are kept here: a deletion takes 30 days, not 7. */
  readonly keeps: boolean;
  /** What it encrypts cannot be deleted: the key stays in any case, because without it all of it is unreadable. */
  readonly forEver: boolean;
  /** Tags of the key. */
  readonly tags: Readonly<Record<string, pulumi.Input<string>>>;
}

/** A key of one component's own, which rotates. */
export function encryptionKey(
  name: string,
  { region, describes, keeps, forEver, tags }: EncryptionKeyArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return new kms.Key(
    `${name}-key`,
    { region, description: describes, enableKeyRotation: true, deletionWindowInDays: keeps ? 30 : 7, tags },
    { ...options, protect: forEver ? true : options.protect, retainOnDelete: forEver ? true : undefined },
  ).arn;
}
