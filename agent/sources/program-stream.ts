import { createReadStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Child } from "../child.js";
import type { PartStream } from "./source.js";

/** What a program prints; complete when it ended with exit code 0, or as `judge` decides. */
export function programStream(child: Child, judge = (ended: Child): Promise<void> => ended.succeeded()): PartStream {
  child.stdin.end();
  const complete = judge(child);
  complete.catch(() => undefined);
  return {
    stream: child.stdout,
    complete,
    stop: () => {
      child.kill();
    },
  };
}

/** A file that was finished and verified before. */
export function fileStream(path: string): PartStream {
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  const complete = finished(stream);
  complete.catch(() => undefined);
  return {
    stream,
    complete,
    stop: () => {
      stream.destroy();
    },
  };
}
