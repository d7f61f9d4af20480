const parameters = [
  "archive_.*",
  "restore_command",
  "recovery_.*",
  "primary_.*",
  "promote_trigger_file",
  "listen_addresses",
  "port",
  "unix_socket_.*",
  "hot_standby",
  "max_wal_senders",
  "max_logical_replication_workers",
  "config_file",
  "hba_file",
  "ident_file",
  "data_directory",
  "external_pid_file",
  "log_destination",
  "logging_collector",
  "lc_messages",
];

/**
 * Parameters of PostgreSQL that a drill of an archive decides itself: the way to others, where recovery ends, and that
 * nothing is archived.
 */
export const drillsOwnSettings = new RegExp(`^(${parameters.join("|")})$`);

/** How PostgreSQL's parameters are named, those of extensions with a dot. */
export const settingName = /^[a-z_][a-z0-9_.]*$/;
