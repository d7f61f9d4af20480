import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { AgentFailure } from "./failure.js";
import type { ManifestPart } from "./manifest.js";

/**
 * Lets an object through and fails unless it is the one of the manifest. The last bytes are held back until the hash
 * is known to be right: whoever reads never gets the whole of a wrong object.
 */
export class HashGate extends Transform {
  private readonly hash = createHash("sha256");
  private held: Buffer | undefined;
  private bytes = 0;

  constructor(private readonly expected: Pick<ManifestPart, "name" | "bytes" | "sha256">) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
    if (this.held !== undefined) this.push(this.held);
    this.held = chunk;
    done();
  }

  override _flush(done: TransformCallback): void {
    const { name, bytes, sha256 } = this.expected;
    const found = this.hash.digest("hex");
    if (this.bytes !== bytes) {
      done(new AgentFailure(3, `its ${name} has ${this.bytes} bytes in place of ${bytes}`));
    } else if (found !== sha256) {
      done(new AgentFailure(3, `its ${name} was altered: sha256 ${found} in place of ${sha256}`));
    } else {
      done(null, this.held);
    }
  }
}
