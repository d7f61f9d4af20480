import { type AssetDeclaration, type Environment, type Issue, plan, type PlannedAsset } from "../model/index.js";
import type { BackupStore } from "./store.js";

/**
 * The plan of one asset that no strategy has planned, with paths as the component's user typed them: there is no
 * `assets` in it. An asset with unreadable parts has issues and no plan.
 */
export function planOne(
  asset: string,
  declaration: AssetDeclaration,
  environment: Environment,
  stores: Readonly<Record<string, BackupStore>> = {},
): { planned: PlannedAsset | undefined; issues: Issue[] } {
  const declarations = Object.fromEntries(Object.entries(stores).map(([key, store]) => [key, store.declaration]));
  const result = plan({ assets: { [asset]: declaration }, stores: declarations }, environment);
  const own = (text: string) => text.replaceAll(`assets.${asset}.`, "");
  return {
    planned: result.assets[0],
    issues: result.issues.map((issue) => ({ ...issue, path: own(issue.path), message: own(issue.message) })),
  };
}
