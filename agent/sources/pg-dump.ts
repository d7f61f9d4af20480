import { run } from "../child.js";

/** How pg_dump is started in this image. */
export interface PgDump {
  /** Words before its name. */
  readonly starter: readonly string[];
  /** What it says of itself. */
  readonly version: string;
}

/**
 * pg_dump writes 4 KiB at a time to a pipe, as the C library has it, and each costs it and its reader a system call: a tenth of
 * all processor time of a dump. stdbuf(1) of GNU coreutils gives it a buffer of this many bytes.
 */
const largeWrites = ["stdbuf", "--output=131072"] as const;

/** Looks how pg_dump can be started; not every image has a stdbuf, or one that works there. */
export async function findPgDump(): Promise<PgDump> {
  const [stdbuf, ...options] = largeWrites;
  try {
    const version = await run(stdbuf, [...options, "pg_dump", "--version"], {});
    return { starter: largeWrites, version: version.trim() };
  } catch {
    return { starter: [], version: (await run("pg_dump", ["--version"], {})).trim() };
  }
}
