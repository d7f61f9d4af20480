import type { Outcome } from "../result.js";

/** What a check found, in figures. Absent where there is nothing to measure. */
export interface CheckFigures {
  readonly environment: string;
  readonly asset: string;
  /** The moment of the data of the newest good backup. */
  readonly newest: Date | undefined;
  readonly newestBytes: number | undefined;
  readonly goodBackups: number;
  readonly badBackups: number;
  /** Those that may be good, but cannot be read now. */
  readonly unreadBackups: number;
  readonly findings: number;
  /** When the newest drill that passed began. */
  readonly drilled: Date | undefined;
  /** What it measured. */
  readonly rtoSeconds: number | undefined;
  /** Copies of the newest good backup that count, by store. */
  readonly copies: Readonly<Record<string, boolean>>;
  /** Room by store. */
  readonly freeBytes: Readonly<Record<string, number>>;
}

/** The names and meanings of all metrics; every one is a gauge. */
const help = {
  backup_tiers_check_exit_code: "Exit code of the last check: 0 good, 1 failed, 3 something is not as it must be.",
  backup_tiers_check_timestamp_seconds: "When the last check was made.",
  backup_tiers_findings: "What the last check found that is not as it must be.",
  backup_tiers_backups: "Backups in all stores, by whether they count.",
  backup_tiers_newest_timestamp_seconds: "The moment of the data of the newest good backup.",
  backup_tiers_newest_bytes: "Bytes of the newest good backup in one store.",
  backup_tiers_newest_copy: "1 where the newest good backup has a copy that counts.",
  backup_tiers_free_bytes: "Bytes that can still be written.",
  backup_tiers_drill_timestamp_seconds: "When the newest drill that passed was made.",
  backup_tiers_drill_rto_seconds: "What it measured from the first byte to the last check passed.",
} as const;

type Name = keyof typeof help;
type Sample = readonly [Name, Readonly<Record<string, string>>, number | undefined];

/** The figures in Prometheus' text format; those that cannot be measured are left out. */
export function metricsText(figures: CheckFigures, exitCode: Outcome["exitCode"], now: Date): string {
  const samples: readonly Sample[] = [
    ["backup_tiers_check_exit_code", {}, exitCode],
    ["backup_tiers_check_timestamp_seconds", {}, seconds(now)],
    ["backup_tiers_findings", {}, figures.findings],
    ["backup_tiers_backups", { state: "good" }, figures.goodBackups],
    ["backup_tiers_backups", { state: "bad" }, figures.badBackups],
    ["backup_tiers_backups", { state: "unread" }, figures.unreadBackups],
    ["backup_tiers_newest_timestamp_seconds", {}, seconds(figures.newest)],
    ["backup_tiers_newest_bytes", {}, figures.newestBytes],
    ...Object.entries(figures.copies).map(([store, good]): Sample => [
      "backup_tiers_newest_copy",
      { store },
      good ? 1 : 0,
    ]),
    ...Object.entries(figures.freeBytes).map(([store, bytes]): Sample => ["backup_tiers_free_bytes", { store }, bytes]),
    ["backup_tiers_drill_timestamp_seconds", {}, seconds(figures.drilled)],
    ["backup_tiers_drill_rto_seconds", {}, figures.rtoSeconds],
  ];
  const { environment, asset } = figures;
  const lines: string[] = [];
  let family = "";
  for (const [name, labels, value] of samples) {
    if (value === undefined) continue;
    if (name !== family) lines.push(`# HELP ${name} ${help[name]}`, `# TYPE ${name} gauge`);
    family = name;
    lines.push(`${name}{${labelText({ environment, asset, ...labels })}} ${value}`);
  }
  return `${lines.join("\n")}\n`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const escaped = (text: string): string => text.replace(/[\\"\n]/g, (character) => escapes[character] ?? character);
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(",");
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function seconds(time: Date | undefined): number | undefined {
  return time === undefined ? undefined : time.getTime() / 1000;
}
