/** One rule of Prometheus. */
export interface LonghornAlert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What must not go unseen; `maxAgeSeconds` is the plan's, which follows the schedule. */
export function longhornAlerts(maxAgeSeconds: number | null): LonghornAlert[] {
  const rule = (alert: string, expr: string, wait: string, severity: string, summary: string): LonghornAlert => ({
    alert,
    expr,
    for: wait,
    labels: { severity },
    annotations: { summary },
  });
  const volume = "volume {{ $labels.volume }}";
  return [
    ...(maxAgeSeconds === null
      ? []
      : [
          rule(
            "LonghornBackupTooOld",
            `longhorn_volume_last_backup_at > 0 and time() - longhorn_volume_last_backup_at > ${maxAgeSeconds}`,
            "5m",
            "critical",
            `The newest backup of ${volume} is older than ${maxAgeSeconds} seconds`,
          ),
          rule(
            "LonghornBackupMissing",
            "longhorn_volume_last_backup_at == 0",
            `${maxAgeSeconds}s`,
            "critical",
            `There has never been a backup of ${volume}`,
          ),
          rule(
            "LonghornBackupUnseen",
            "absent(longhorn_volume_last_backup_at)",
            "15m",
            "warning",
            "Longhorn tells nothing of its backups",
          ),
        ]),
    rule("LonghornBackupFailed", "longhorn_backup_state == 4", "5m", "warning", `A backup of ${volume} has failed`),
  ];
}
