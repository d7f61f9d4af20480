import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { AlteredData } from "./altered-data.js";

// age's STREAM construction: https://age-encryption.org/v1, section "Payload".
const plainChunk = 64 * 1024;
const tagBytes = 16;
const cipherName = "chacha20-poly1305";

/** Bytes of the nonce that stands between an age header and its first chunk. */
export const payloadNonceBytes = 16;

/** Turns the bytes of a payload into those of the other side, chunk by chunk. */
abstract class Payload {
  private readonly counter = Buffer.alloc(12);
  private readonly pending: Buffer;
  private used = 0;
  private chunks = 0;

  protected constructor(private readonly chunkBytes: number) {
    this.pending = Buffer.allocUnsafe(chunkBytes);
  }

  /** Takes the next bytes; returns the chunks that became complete, in one buffer or more. */
  update(data: Buffer): Buffer[] {
    const converted: Buffer[] = [];
    let rest = data;
    while (rest.length > 0) {
      // A full chunk waits until a byte follows it, because only then it is known not to be the last.
      if (this.used === this.chunkBytes) {
        converted.push(...this.next(this.pending, false));
        this.used = 0;
      }
      const whole = this.used === 0 && rest.length > this.chunkBytes;
      const taken = whole ? this.chunkBytes : Math.min(this.chunkBytes - this.used, rest.length);
      if (whole) converted.push(...this.next(rest.subarray(0, taken), false));
      else this.used += rest.copy(this.pending, this.used);
      rest = rest.subarray(taken);
    }
    return converted;
  }

  /** The last chunk. */
  final(): Buffer {
    return Buffer.concat(this.next(this.pending.subarray(0, this.used), true));
  }

  protected abstract convert(chunk: Buffer, nonce: Buffer, first: boolean): readonly Buffer[];

  private next(chunk: Buffer, last: boolean): readonly Buffer[] {
    this.counter.writeUIntBE(this.chunks, 5, 6);
    this.counter.writeUInt8(last ? 1 : 0, 11);
    const converted = this.convert(chunk, this.counter, this.chunks === 0);
    this.chunks += 1;
    return converted;
  }
}

/** Encrypts a payload. */
export class PayloadEncryption extends Payload {
  private readonly key: Buffer;

  constructor(fileKey: Uint8Array, nonce: Uint8Array) {
    super(plainChunk);
    this.key = payloadKey(fileKey, nonce);
  }

  protected override convert(chunk: Buffer, nonce: Buffer): Buffer[] {
    const cipher = createCipheriv(cipherName, this.key, nonce, { authTagLength: tagBytes });
    const sealed = cipher.update(chunk);
    cipher.final();
    return [sealed, cipher.getAuthTag()];
  }
}

/** Decrypts a payload; throws {@link AlteredData} when a byte is altered or the end is missing. */
export class PayloadDecryption extends Payload {
  private readonly key: Buffer;

  constructor(fileKey: Uint8Array, nonce: Uint8Array) {
    super(plainChunk + tagBytes);
    this.key = payloadKey(fileKey, nonce);
  }

  protected override convert(chunk: Buffer, nonce: Buffer, first: boolean): Buffer[] {
    const body = chunk.length - tagBytes;
    if (body < 0 || (body === 0 && !first)) throw new AlteredData("the encrypted data ends in the middle of a chunk");
    const decipher = createDecipheriv(cipherName, this.key, nonce, { authTagLength: tagBytes });
    decipher.setAuthTag(chunk.subarray(body));
    const plain = decipher.update(chunk.subarray(0, body));
    try {
      decipher.final();
    } catch {
      throw new AlteredData("the encrypted data was altered or cut off");
    }
    return [plain];
  }
}

function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", fileKey, nonce, "payload", 32));
}
