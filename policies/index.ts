export { backupPolicies, type BackupPolicyOptions } from "./backup-policies.js";
