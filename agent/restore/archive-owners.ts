import { text } from "node:stream/consumers";
import { Child } from "../child.js";
import { movePart, type PlainStages } from "../part-reader.js";

/** Owners in a custom-format archive that are not among the roles. Only its table of contents is read. */
export async function archiveOwners(stages: PlainStages, roles: readonly string[]): Promise<string[]> {
  const child = new Child("pg_restore", ["--list"], {});
  const listing = text(child.stdout);
  const fed = movePart(stages, child.stdin).catch((error: unknown) => error);
  const ending = await child.ended;
  // The program stops reading after the contents; the stream behind it has no more to say.
  stages[0].destroy();
  const error = await fed;
  if (ending.code !== 0) throw error instanceof Error ? error : new Error(child.failureMessage(ending));
  return missingOwners(await listing, roles);
}

/** Entries are `<id>; <oid> <oid> <kind> <schema> <name> <owner>`; names may hold spaces, so known roles are tried first. */
export function missingOwners(listing: string, roles: readonly string[]): string[] {
  const entries = listing.split("\n").filter((line) => /^\d+;/.test(line) && !line.endsWith(" "));
  const foreign = entries.filter((line) => !roles.some((role) => line.endsWith(` ${role}`)));
  return [...new Set(foreign.map((line) => line.slice(line.lastIndexOf(" ") + 1)))];
}
