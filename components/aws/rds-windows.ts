import { type Issue, parseCron } from "../model/index.js";
import { problem } from "./problem.js";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const dayMinutes = 1_440;
const weekMinutes = 7 * dayMinutes;
const shortest = 30;

/** Minutes of the week from Monday 00:00 UTC; the end may lie past the week. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** Problems of the windows of a database, and of jobs that AWS Backup cannot start beside them. */
export function windowIssues(
  windows: { readonly backupWindow?: string; readonly maintenanceWindow?: string },
  jobCrons: readonly string[],
  at = "",
): Issue[] {
  const { backupWindow, maintenanceWindow } = windows;
  const issues: Issue[] = [];
  const daily = backupWindow === undefined ? [] : readBackupWindow(backupWindow);
  const weekly = maintenanceWindow === undefined ? undefined : readMaintenanceWindow(maintenanceWindow);
  const [first] = daily;
  if (backupWindow !== undefined && (first === undefined || first.to - first.from < shortest))
    issues.push(
      problem(
        "rds-backup-window",
        `${at}backupWindow`,
        `be hh:mm-hh:mm of at least ${shortest} minutes (RDS)`,
        backupWindow,
        'write for example "03:00-03:30"',
      ),
    );
  if (maintenanceWindow !== undefined && (weekly === undefined || weekly.to - weekly.from < shortest))
    issues.push(
      problem(
        "rds-maintenance-window",
        `${at}maintenanceWindow`,
        `be ddd:hh:mm-ddd:hh:mm of at least ${shortest} minutes (RDS)`,
        maintenanceWindow,
        'write for example "sun:05:00-sun:06:00"',
      ),
    );
  if (issues.length > 0 || weekly === undefined) return issues;
  if (daily.some((span) => meet(span, weekly)))
    issues.push(
      problem(
        "rds-windows-apart",
        `${at}backupWindow`,
        `not overlap the maintenance window ${maintenanceWindow ?? ""} (RDS)`,
        backupWindow,
        "move one of them",
      ),
    );
  const before = { from: weekly.from - 60, to: weekly.to };
  for (const cron of jobCrons)
    if (startsOf(cron).some((from) => meet({ from, to: from + 1 }, before)))
      issues.push(
        problem(
          "rds-maintenance-blocks-jobs",
          `${at}maintenanceWindow`,
          "not hold a start of AWS Backup, nor begin less than an hour after one (AWS Backup)",
          `${maintenanceWindow ?? ""} and ${cron}`,
          "move the window",
        ),
      );
  return issues;
}

/** The window on every day of the week. */
function readBackupWindow(text: string): Span[] {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) return [];
  const [, hour, minute, endHour, endMinute] = match.map(Number);
  const from = (hour ?? 0) * 60 + (minute ?? 0);
  const length = ((endHour ?? 0) * 60 + (endMinute ?? 0) - from + dayMinutes) % dayMinutes;
  return days.map((_, day) => ({ from: day * dayMinutes + from, to: day * dayMinutes + from + length }));
}

function readMaintenanceWindow(text: string): Span | undefined {
  const time = "(mon|tue|wed|thu|fri|sat|sun):([01]\\d|2[0-3]):([0-5]\\d)";
  const match = new RegExp(`^${time}-${time}$`).exec(text);
  if (match === null) return undefined;
  const minute = (at: number) =>
    days.indexOf(match[at] ?? "") * dayMinutes + Number(match[at + 1]) * 60 + Number(match[at + 2]);
  const from = minute(1);
  return { from, to: from + ((minute(4) - from + weekMinutes) % weekMinutes) };
}

/** Whether two spans meet in a week that comes round. */
function meet(one: Span, other: Span): boolean {
  return [-weekMinutes, 0, weekMinutes].some((shift) => one.from + shift < other.to && other.from < one.to + shift);
}

/** Starts of a job in a week; a day of the month may be any day of the week. */
function startsOf(cron: string): number[] {
  const fields = parseCron(cron);
  const on = fields.anyDayOfMonth
    ? days.flatMap((_, day) => (fields.daysOfWeek[(day + 1) % 7] === true ? [day] : []))
    : [0, 1, 2, 3, 4, 5, 6];
  return on.flatMap((day) => fields.minutesOfDay.map((minute) => day * dayMinutes + minute));
}
