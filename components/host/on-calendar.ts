import { parseCron } from "../model/index.js";

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/**
 * A cron expression as `OnCalendar=` lines of a systemd timer. Two lines where cron restricts both the day of the month
 * and the day of the week: cron starts on either, systemd only on both. https://www.freedesktop.org/software/systemd/man/latest/systemd.time.html
 */
export function onCalendar(cron: string, timeZone: string): string[] {
  const fields = parseCron(cron);
  const months = fields.anyMonth ? "*" : list(marked(fields.months, 1));
  const daysOfMonth = fields.anyDayOfMonth ? "*" : list(marked(fields.daysOfMonth, 1));
  const daysOfWeek = marked(fields.daysOfWeek, 0).map((day) => days[day]);
  const times = clock(fields.minutesOfDay);
  const byDate = `*-${months}-${daysOfMonth}`;
  const zone = timeZone === "Etc/UTC" ? "UTC" : timeZone;
  const dates = fields.anyDayOfWeek
    ? [byDate]
    : fields.anyDayOfMonth
      ? [`${daysOfWeek.join(",")} ${byDate}`]
      : [byDate, `${daysOfWeek.join(",")} *-${months}-*`];
  return dates.map((date) => `${date} ${times} ${zone}`);
}

/** Cron's minutes of a day are every minute of a list at every hour of a list. */
function clock(minutesOfDay: readonly number[]): string {
  const hours = [...new Set(minutesOfDay.map((minute) => Math.floor(minute / 60)))];
  const minutes = [...new Set(minutesOfDay.map((minute) => minute % 60))];
  return `${hours.length === 24 ? "*" : list(hours)}:${minutes.length === 60 ? "*" : list(minutes)}:00`;
}

function marked(flags: readonly boolean[], first: number): number[] {
  return flags.flatMap((flag, index) => (flag && index >= first ? [index] : []));
}

function list(values: readonly number[]): string {
  return values.map((value) => String(value).padStart(2, "0")).join(",");
}
