import type { Plan } from "../model/index.js";

/** How one asset is covered. */
export interface AssetCoverage {
  /** Name of the asset. */
  readonly name: string;
  /** Kind of the asset. */
  readonly kind: string;
  /** `protected`: as the environment asks; `partly`: an issue is open; `none`: the environment makes no backup. */
  readonly state: "protected" | "partly" | "none";
  /** Locations that hold every artefact. */
  readonly locations: readonly string[];
  /** Ids of the issues that are open. */
  readonly issues: readonly string[];
}

/** What is protected, what is not and why. */
export interface Coverage {
  /** Name of the environment. */
  readonly environment: string;
  /** Every declared asset. */
  readonly assets: readonly AssetCoverage[];
  /** What is left out on purpose, and why. */
  readonly unprotected: Plan["unprotected"];
  /** Share of the declared assets, those left out on purpose included, that are fully protected; 0 to 1. */
  readonly protectedShare: number;
}

/** Judges every asset of a plan. Plain data: it can be compared between two revisions. */
export function coverageOf(plan: Plan): Coverage {
  const assets = plan.assets.map((asset): AssetCoverage => {
    const prefix = `assets.${asset.name}`;
    const issues = plan.issues
      .filter(({ path }) => path === prefix || path.startsWith(`${prefix}.`))
      .map(({ id }) => id);
    const state = asset.frequency === "none" ? "none" : issues.length > 0 ? "partly" : "protected";
    const { name, kind } = asset;
    return { name, kind, state, locations: asset.copies.map((copy) => copy.location), issues };
  });
  const all = assets.length + plan.unprotected.length;
  const covered = assets.filter((asset) => asset.state === "protected").length;
  return {
    environment: plan.environment,
    assets,
    unprotected: plan.unprotected,
    protectedShare: all === 0 ? 1 : covered / all,
  };
}
