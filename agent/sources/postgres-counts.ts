import { identifier } from "./postgres-connection.js";

/** Counts rows of tables given as `schema.table`, each taken as it is written. */
export async function countRows(
  tables: readonly string[],
  query: (sql: string) => Promise<string>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) counts[table] = Number(await query(`SELECT count(*) FROM ${quotedTable(table)}`));
  return counts;
}

/** `schema.table` as SQL has it. */
export function quotedTable(table: string): string {
  const dot = table.indexOf(".");
  return `${identifier(table.slice(0, dot))}.${identifier(table.slice(dot + 1))}`;
}
