import { createHash } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { Progress } from "./console.js";
import { CopyFailure } from "./copy-failure.js";
import type { ManifestPart } from "./manifest.js";

/** Bytes that are held back at least: more than one chunk of the encryption, so that whoever reads surely lacks some. */
const heldBytes = 128 * 1024;

/**
 * Lets an object through and fails unless it is the one of the manifest. The last bytes are held back until the hash
 * is known to be right: whoever reads never gets the whole of a wrong object.
 */
export class HashGate extends Transform {
  private readonly hash = createHash("sha256");
  /** Whether the whole object came and was the right one. */
  verified = false;
  private readonly held: Buffer[] = [];
  private heldNow = 0;
  private bytes = 0;
  private readonly progress: Progress;

  constructor(private readonly expected: Pick<ManifestPart, "name" | "bytes" | "sha256">) {
    super();
    this.progress = new Progress(expected.name, expected.bytes);
  }

  /** Name of the part that passes. */
  get partName(): string {
    return this.expected.name;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    this.bytes += chunk.length;
    this.progress.report(this.bytes);
    this.held.push(chunk);
    this.heldNow += chunk.length;
    for (let first = this.held[0]; first !== undefined; first = this.held[0]) {
      if (this.heldNow - first.length < heldBytes) break;
      this.push(first);
      this.held.shift();
      this.heldNow -= first.length;
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    const { name, bytes, sha256 } = this.expected;
    const found = this.hash.digest("hex");
    if (this.bytes !== bytes) {
      done(new CopyFailure(true, `its ${name} has ${this.bytes} bytes in place of ${bytes}`));
    } else if (found !== sha256) {
      done(new CopyFailure(true, `its ${name} was altered: sha256 ${found} in place of ${sha256}`));
    } else {
      this.verified = true;
      for (const chunk of this.held) this.push(chunk);
      done();
    }
  }
}
