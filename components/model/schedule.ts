/** The schedule that a frequency resolves to; `null` cron for what no scheduler starts. */
export interface PlannedSchedule {
  /** Five fields, or `null` for `continuous`, `on-change`, `manual`. */
  readonly cron: string | null;
  /** IANA name of the zone in which the expression counts. */
  readonly timeZone: string;
}
