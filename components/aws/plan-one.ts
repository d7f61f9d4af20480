import * as pulumi from "@pulumi/pulumi";
import { type AssetDeclaration, type Environment, type Issue, plan, type PlannedAsset } from "../model/index.js";

/**
 * The plan of one asset that no strategy has planned, with paths as the component's user typed them. The services of
 * AWS sign nothing, and write into no store of the library: what they keep themselves are the asset's `serviceCopies`.
 */
export function planOne(
  asset: string,
  declaration: AssetDeclaration,
  environment: Environment,
): { planned: PlannedAsset | undefined; issues: Issue[] } {
  const result = plan({ assets: { [asset]: declaration }, stores: {} }, environment);
  const own = (text: string) => text.replaceAll(`assets.${asset}.`, "");
  return {
    planned: result.assets[0],
    issues: result.issues.map((issue) => ({ ...issue, path: own(issue.path), message: own(issue.message) })),
  };
}

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
