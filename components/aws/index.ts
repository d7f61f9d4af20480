export { BackupBucket } from "./backup-bucket.js";
export type { BackupBucketArgs } from "./backup-bucket-args.js";
export { rdsSettings, type RdsSettings } from "./rds-settings.js";
