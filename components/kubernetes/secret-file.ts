import type * as pulumi from "@pulumi/pulumi";

/** A file of a Secret, mounted where the agent's configuration names it. */
export interface SecretFile {
  /** Name of the volume; its folder is `/secrets/<volume>`. */
  readonly volume: string;
  readonly secretName: pulumi.Input<string>;
  readonly key: string;
}

/** Path of the file of a mounted Secret. */
export function secretPath(file: SecretFile): string {
  return `/secrets/${file.volume}/${file.key}`;
}
