import { Transform, type TransformCallback } from "node:stream";

/** What comes next in a file: bytes to look at, bytes of no matter here, or the end of a frame. */
type Layout = { readonly read: number } | { readonly pass: number } | "end";

const magic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
/** Type of a block whose one byte is repeated. */
const repeated = 1;

/**
 * Cuts zstd data wherever a frame ends: node's decompressor drops what follows a frame in the same chunk, without an error
 * (https://github.com/nodejs/node/issues/64741). What is not zstd passes as it is, for the decompressor to refuse.
 */
export class CutAtFrames extends Transform {
  private readonly layout = frames();
  private next: Layout = this.layout.next().value;
  /** What was read so far of what is looked at. */
  private looked: Buffer = Buffer.alloc(0);
  private passed = 0;

  constructor() {
    // Two pieces that wait together must not be joined again.
    super({ readableObjectMode: true });
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let begin = 0;
    for (let at = 0; at < chunk.length;) {
      if (this.next === "end") {
        this.give(chunk.subarray(begin, at));
        begin = at;
        this.advance();
      } else at = "read" in this.next ? this.look(this.next.read, chunk, at) : this.pass(this.next.pass, chunk, at);
    }
    this.give(chunk.subarray(begin));
    done();
  }

  private give(bytes: Buffer): void {
    if (bytes.length > 0) this.push(bytes);
  }

  private look(length: number, chunk: Buffer, at: number): number {
    const taken = chunk.subarray(at, at + length - this.looked.length);
    this.looked = Buffer.concat([this.looked, taken]);
    if (this.looked.length === length) this.advance(this.looked);
    return at + taken.length;
  }

  private pass(length: number, chunk: Buffer, at: number): number {
    const taken = Math.min(length - this.passed, chunk.length - at);
    this.passed += taken;
    if (this.passed === length) this.advance();
    return at + taken;
  }

  private advance(looked: Buffer = Buffer.alloc(0)): void {
    this.looked = Buffer.alloc(0);
    this.passed = 0;
    // Some fields are not there.
    do this.next = this.layout.next(looked).value;
    while (this.next !== "end" && "pass" in this.next && this.next.pass === 0);
  }
}

/** The layout of a file of frames (RFC 8878, section 3.1). */
function* frames(): Generator<Layout, never, Buffer> {
  for (;;) {
    const begin = (yield { read: 4 }).readUInt32LE();
    if (begin === magic) yield* frame();
    else if ((begin & ~0xf) >>> 0 === skippableMagic) yield { pass: (yield { read: 4 }).readUInt32LE() };
    else yield { pass: Infinity };
    yield "end";
  }
}

function* frame(): Generator<Layout, void, Buffer> {
  const descriptor = (yield { read: 1 }).readUInt8();
  const singleSegment = (descriptor >> 5) & 1;
  const contentSize = [singleSegment, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  yield { pass: (singleSegment === 1 ? 0 : 1) + dictionary + contentSize };
  for (let last = false; !last;) {
    const header = (yield { read: 3 }).readUIntLE(0, 3);
    last = (header & 1) === 1;
    yield { pass: ((header >> 1) & 3) === repeated ? 1 : header >> 3 };
  }
  const checksum = (descriptor >> 2) & 1;
  yield { pass: 4 * checksum };
}
