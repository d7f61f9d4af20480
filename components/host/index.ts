export { type HostStore, systemdBackup, type SystemdBackup, type SystemdBackupArgs } from "./systemd-backup.js";
