import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clearAbandoned, scratchPrefix } from "./abandoned-scratch.js";
import { AgentFailure, reasonOf } from "./failure.js";
import { removeTree } from "./remove-tree.js";

/** Longest path of a Unix socket (`sun_path` of Linux, without its end mark). */
const longestSocketPath = 107;

/** A folder of this run alone, which only its user may enter; whoever makes one removes it. */
export class Scratch {
  readonly folder: string;

  /** Makes one, and takes away what killed runs left beside it. */
  static async make(parent: string = tmpdir()): Promise<Scratch> {
    await clearAbandoned(parent);
    return new Scratch(parent);
  }

  private constructor(parent: string) {
    try {
      this.folder = mkdtempSync(join(parent, scratchPrefix()));
    } catch (error) {
      const advice = "make the folder, or set TMPDIR or --scratch to one that can be written";
      throw new AgentFailure(2, `scratch must be a folder that can be written, got ${reasonOf(error)}; ${advice}`);
    }
  }

  /** Path of a file in it. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Path of a socket in it; refused when the system could not take a path of its length. */
  socketPath(name: string): string {
    const path = this.path(name);
    if (Buffer.byteLength(path) <= longestSocketPath) return path;
    const rule = `scratch must leave room for a socket of ${String(longestSocketPath)} bytes (Linux)`;
    const advice = "set TMPDIR or --scratch to a folder with a shorter path";
    throw new AgentFailure(2, `${rule}, got ${path}; ${advice}`);
  }

  /** Removes it with everything in it. */
  remove(): void {
    removeTree(this.folder);
  }
}
