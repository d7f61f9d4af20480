export { BackupBucket, type BackupBucketArgs } from "./backup-bucket.js";
export { rdsSettings, type RdsSettings } from "./rds-settings.js";
