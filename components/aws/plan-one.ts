import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../model/index.js";

export { planOne } from "../shared/plan-one.js";

/** Region of a component: its own, or the stack's; `undefined` where only the provider knows it. */
export function regionOf(region: string | undefined): string | undefined {
  return region ?? new pulumi.Config("aws").get("region");
}

/** Tags of everything that the library makes. */
export function libraryTags(
  environment: Environment,
  tags: Readonly<Record<string, pulumi.Input<string>>> | undefined,
): Record<string, pulumi.Input<string>> {
  return { "managed-by": "pulumi-backup-tiers", environment: environment.name, ...tags };
}
