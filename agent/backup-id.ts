import { randomBytes } from "node:crypto";

const idPattern = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{8}$/;

/** A new id, `<yyyymmddThhmmssZ>-<8 random hex digits>`: sorts by time, and no two attempts share one. */
export function newBackupId(time: Date): string {
  const stamp = time.toISOString().replace(/[-:]|\.\d+/g, "");
  return `${stamp}-${randomBytes(4).toString("hex")}`;
}

/** The second that an id was made in, or undefined when the text is not an id. */
export function timeOfId(id: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = idPattern.exec(id) ?? [];
  if (second === undefined) return undefined;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
