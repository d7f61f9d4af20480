export type { AssetCoverage, Coverage } from "./evidence/coverage.js";
export * from "./model/index.js";
export { adopt, type Adoption, type AdoptOptions } from "./shared/adopt.js";
export type { AssetContext, BackupAsset } from "./shared/asset.js";
export type { SecretKeyReference } from "./shared/input.js";
export type { BackupKeys } from "./shared/keys.js";
export type { AzureAccess, BackupStore, FolderAccess, GcsAccess, S3Access, StoreAccess } from "./shared/store.js";
export { BackupStrategy, type BackupStrategyArgs } from "./strategy/backup-strategy.js";
export { environmentOfStack, type EnvironmentOfStackOptions } from "./strategy/environment-of-stack.js";
