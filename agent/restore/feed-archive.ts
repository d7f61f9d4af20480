import type { Readable, Transform } from "node:stream";
import type { Child } from "../child.js";
import { CopyFailure } from "../copy-failure.js";
import { AgentFailure } from "../failure.js";
import { movePart, type PlainStages } from "../part-reader.js";
import { identityFailure } from "./identity-failure.js";

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
  try {
    await movePart(stages, child.stdin);
  } catch (error) {
    if (error instanceof CopyFailure || !closedInput.includes((error as NodeJS.ErrnoException).code ?? "")) {
      child.kill();
      await child.ended;
      identityFailure(error);
    }
    taken = false;
  }
  await child.succeeded();
  return taken;
}
