import { isUnread, problemsOf, readOverview, sizeOf, type Backup } from "../backup-overview.js";
import { megabytes } from "../console.js";
import type { Outcome } from "../result.js";
import type { RunContext } from "../run-context.js";
import type { Options } from "./command.js";

/** Tells every backup, good and bad: as a table, or with `--json` in the result. */
export async function list(context: RunContext, options: Options): Promise<Outcome> {
  const { backups, stores } = await readOverview(context);
  if (options["json"] !== true) process.stdout.write(table(backups));
  const good = backups.filter((backup) => backup.good !== undefined);
  const unread = backups.filter(isUnread).length;
  const bad = backups.length - good.length - unread;
  const failed = stores.filter(({ status }) => status === "failed");
  const reasons = failed.map(({ name, message }) => `; ${name} cannot be read: ${message}`).join("");
  const counts = `${good.length} good and ${bad} bad backups${unread === 0 ? "" : `, ${unread} that cannot be read now`}`;
  return {
    exitCode: failed.length + unread === 0 ? 0 : 1,
    id: good.at(-1)?.id,
    stores,
    message: counts + reasons,
    ...(options["json"] === true ? { backups: backups.map(describe) } : {}),
  };
}

function describe(backup: Backup): Readonly<Record<string, unknown>> {
  const copy = backup.good ?? backup.copies[0];
  return {
    id: backup.id,
    class: copy?.class,
    startedAt: copy?.manifest?.startedAt ?? copy?.time.toISOString(),
    bytes: copy === undefined ? 0 : sizeOf(copy),
    lockedUntil: copy?.manifest?.lockedUntil ?? null,
    good: backup.good !== undefined,
    unread: isUnread(backup),
    copies: backup.copies.map(({ store, problem, unread }) => ({
      store: store.name,
      good: problem === undefined,
      unread,
      problem,
    })),
  };
}

function table(backups: readonly Backup[]): string {
  const rows = backups.map((backup) => {
    const copy = backup.good ?? backup.copies[0];
    const stores = backup.copies.filter(({ problem }) => problem === undefined).map(({ store }) => store.name);
    const state = backup.good !== undefined ? "good" : isUnread(backup) ? "unread" : "BAD";
    const size = copy === undefined ? "" : megabytes(sizeOf(copy));
    return [backup.id, copy?.class ?? "", size, state, stores.join(","), problemsOf(backup)];
  });
  const cells = [["ID", "CLASS", "SIZE", "STATE", "STORES", "PROBLEMS"], ...rows];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
