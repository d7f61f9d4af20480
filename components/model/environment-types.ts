import type { AssetKind } from "./kind.js";
import type { Protection, ProtectionOverride } from "./protection.js";

/** Names of the environments that are built in. */
export const builtInEnvironments = ["development", "staging", "production"] as const;

/** An environment that is built in. */
export type BuiltInEnvironmentName = (typeof builtInEnvironments)[number];

/** Cells by kind of asset. */
export type ProtectionOverrides = Readonly<Partial<Record<AssetKind, ProtectionOverride>>>;

/** An environment with its resolved row of the protection matrix. */
export interface Environment {
  /** Second part of every object name. */
  readonly name: string;
  /** The built-in environment that it stands on: decides keeping and destroying. */
  readonly base: BuiltInEnvironmentName;
  /** Every cell, resolved. */
  readonly matrix: Readonly<Record<string, Protection>>;
}
