import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import type { AgentStore } from "../components/model/agent-config.js";

/** Clocks of two machines may differ by so much; what is beyond is wrong, not slow. */
export const clockToleranceSeconds = 300;

/** By how many seconds the clock of a folder's file server is ahead of this machine's; 0 where it is the same. */
export async function folderClockAhead(config: AgentStore | undefined): Promise<number> {
  if (config?.kind !== "folder") return 0;
  const probe = join(config.path, `.clock-${randomBytes(8).toString("hex")}`);
  const file = await open(probe, "wx", 0o600);
  try {
    // A file server gives the time to what is written, and knows it only then.
    await file.write("?");
    await file.sync();
    return ((await file.stat()).mtimeMs - Date.now()) / 1000;
  } finally {
    await file.close();
    await rm(probe, { force: true });
  }
}
