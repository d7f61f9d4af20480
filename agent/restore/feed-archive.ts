import type { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Child } from "../child.js";
import { AgentFailure } from "../failure.js";
import { interruption } from "../interruption.js";
import type { PlainStages } from "../part-reader.js";
import { decryptionFailure } from "./plain.js";

/** The program closes its input as soon as it has what it needs, or fails; its exit code tells which. */
const closedInput = ["EPIPE", "ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"];

/** Gives an archive to a program; it gets the last bytes only when the hash over all of them is right. */
export async function feedArchive(child: Child, stages: PlainStages): Promise<void> {
  await feedProgram(child, stages);
  if (!stages[1].verified) throw new AgentFailure(1, "the program ended before it had read the whole archive");
}

/** Gives a stream to a program, waits until it has succeeded, and tells whether it took all of it. */
export async function feedProgram(child: Child, stages: readonly [Readable, ...Transform[]]): Promise<boolean> {
  let taken = true;
  // A connection to the store may break in the same words; whoever fails first draws the others along.
  const store = { failed: false };
  stages[0].once("error", () => (store.failed = !child.stdin.destroyed));
  try {
    await pipeline([...stages, child.stdin], { signal: interruption });
  } catch (error) {
    if (store.failed || !closedInput.includes((error as NodeJS.ErrnoException).code ?? "")) {
      child.kill();
      await child.ended;
      decryptionFailure(error);
    }
    taken = false;
  }
  await child.succeeded();
  return taken;
}
