import type { PostgresDatabaseSource, PostgresSource } from "../components/model/agent-config.js";
import type { Manifest, ManifestPart } from "./manifest.js";

/** Part with roles and tablespaces, which belong to the whole server. */
export const globalsPart = "globals";
/** Part of a backup of one database; those of several have the database's name after a colon. */
const onlyPart = "database";
/** Longest piece of a database's name in an object's name; the manifest has the whole. */
const longestPiece = 40;

/** How one database is called in a backup. */
export interface DatabaseNames {
  /** Name of its part. */
  readonly part: string;
  /** Extension of its object. */
  readonly extension: string;
  /** What stands before `schema.table` in the names of its counts; a JSON string ends itself, whatever is in it. */
  readonly countPrefix: string;
}

/** One database of a backup. */
export interface DumpedDatabase {
  readonly part: ManifestPart;
  /** Its name on the server; undefined in a backup of one, whose manifest may not tell it. */
  readonly name: string | undefined;
  readonly countPrefix: string;
  /** Rows of each counted table, by `schema.table`. */
  readonly rowCounts: Readonly<Record<string, number>>;
}

/** The databases of a source, whichever way it names them. */
export function databasesOf({
  database = "",
  databases,
  countTables,
}: PostgresSource): readonly PostgresDatabaseSource[] {
  return databases ?? [{ name: database, countTables }];
}

/** Names in a backup: bare ones where a source has one `database`, so that no name changes where there is no choice. */
export function namesOf({ databases }: PostgresSource, name: string, index: number): DatabaseNames {
  if (databases === undefined) return { part: onlyPart, extension: "dump", countPrefix: "" };
  const piece = name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, longestPiece);
  return { part: `${onlyPart}:${name}`, extension: `${index + 1}-${piece}.dump`, countPrefix: prefixOf(name) };
}

/** The databases of a backup, in its order. */
export function dumpedDatabases({ parts, rowCounts, source }: Manifest): DumpedDatabase[] {
  return parts.flatMap((part): DumpedDatabase[] => {
    if (part.name === onlyPart) return [{ part, name: source.database ?? undefined, countPrefix: "", rowCounts }];
    if (!part.name.startsWith(`${onlyPart}:`)) return [];
    const name = part.name.slice(onlyPart.length + 1);
    const countPrefix = prefixOf(name);
    const own = Object.entries(rowCounts).filter(([table]) => table.startsWith(countPrefix));
    const counts = Object.fromEntries(own.map(([table, rows]) => [table.slice(countPrefix.length), rows]));
    return [{ part, name, countPrefix, rowCounts: counts }];
  });
}

/** Counts of one database under the names that they have in a manifest. */
export function named(countPrefix: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([table, rows]) => [countPrefix + table, rows]));
}

function prefixOf(database: string): string {
  return `${JSON.stringify(database)}.`;
}
