export * from "./agent-config.js";
export { FrequencyError } from "./cron.js";
export { type DurationText, DurationError, formatDuration, parseDuration, wholeDays } from "./duration.js";
export {
  cellOf,
  defineEnvironment,
  environment,
  type EnvironmentDefinition,
  overridesFromConfig,
  type ReadOverrides,
  withOverrides,
} from "./environment.js";
export {
  type BuiltInEnvironmentName,
  builtInEnvironments,
  type Environment,
  type ProtectionOverrides,
} from "./environment-types.js";
export { type CronFrequency, type Frequency, type ResolvedFrequency, resolveFrequency } from "./frequency.js";
export { longestGapSeconds } from "./gap.js";
export { stableHash } from "./hash.js";
export type { AssetDeclaration, Inventory, StoreDeclaration } from "./inventory.js";
export { type Issue, ModelError, renderIssues, throwErrors } from "./issue.js";
export { unknownKeys } from "./keys.js";
export { type AssetKind, assetKinds, type KnownAssetKind } from "./kind.js";
export { type Limit, type LimitId, limits } from "./limits.js";
export { type Location, locationKey } from "./location.js";
export { defaultMatrix, matrixMarkdown, type MatrixRow } from "./matrix.js";
export { nearest } from "./nearest.js";
export { overlaps } from "./overlap.js";
export { plan } from "./plan.js";
export type { PitrDays, Plan, PlannedAsset, PlannedCopy, PlannedTargets, Unprotected } from "./plan-types.js";
export type { LockPolicy, Protection, ProtectionOverride, RecoveryTargets, RestoreTest } from "./protection.js";
export {
  classOf,
  type ClassedArtefact,
  expired,
  type RetentionClass,
  retentionClasses,
  type RetentionPolicy,
} from "./retention.js";
export { applyRules, type Rule, type Violation } from "./rule.js";
export { rules } from "./rules.js";
export type { PlannedSchedule } from "./schedule.js";
export { type CronFields, parseCron } from "./cron.js";
export { type DatabaseDays, databaseDays } from "./database-days.js";
