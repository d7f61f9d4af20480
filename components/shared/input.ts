import type { Input } from "@pulumi/pulumi";

/** A key of a Kubernetes Secret, by reference: no secret value passes through the program. */
export interface SecretKeyReference {
  /** Name of the Secret. */
  readonly name: Input<string>;
  /** Key inside the Secret. */
  readonly key?: string;
}
