import { createHash, randomBytes } from "node:crypto";
import { Transform, type TransformCallback } from "node:stream";
import { AlteredData } from "./altered-data.js";
import { PayloadDecryption, PayloadEncryption, payloadNonceBytes } from "./age-payload.js";

const footerMark = Buffer.from("\n--- ");
/** Longest header that is read; ours have some 120 bytes for each recipient, or 1.6 KB for a post-quantum one. */
const longestHeader = 64 * 1024;

/** Checks recipients; returns why each wrong one is wrong, by its index. */
export async function recipientProblems(recipients: readonly string[]): Promise<Map<number, string>> {
  const { Encrypter } = await import("age-encryption");
  const problems = new Map<number, string>();
  recipients.forEach((recipient, index) => {
    try {
      new Encrypter().addRecipient(recipient);
    } catch (error) {
      problems.set(index, (error as Error).message);
    }
  });
  return problems;
}

/**
 * Encrypts to the recipients, as the stock `age -d` reads it. The header is the `age-encryption` package's; the
 * payload is made with node's own cipher, ten times as fast as the package's.
 */
export async function encryptionTo(recipients: readonly string[]): Promise<AgeEncryption> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  let fileKey: Uint8Array | undefined;
  encrypter.addRecipient({
    wrapFileKey: (key) => {
      fileKey = Uint8Array.from(key);
      return [];
    },
  });
  const empty = Buffer.from(await encrypter.encrypt(new Uint8Array()));
  if (fileKey === undefined) throw new Error("the age header was made without a file key");
  const nonce = randomBytes(payloadNonceBytes);
  return new AgeEncryption(
    Buffer.concat([empty.subarray(0, headerLength(empty)), nonce]),
    new PayloadEncryption(fileKey, nonce),
  );
}

/** A short text as an age file in base64. */
export async function sealText(text: string, recipients: readonly string[]): Promise<string> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return Buffer.from(await encrypter.encrypt(text)).toString("base64");
}

/** The text that {@link sealText} sealed; rejects where no identity fits or it was altered. */
export async function openText(sealed: string, identities: readonly string[]): Promise<string> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decrypt(Buffer.from(sealed, "base64"), "text");
}

/** Encrypts what passes. */
export class AgeEncryption extends Transform {
  /** Hash of what stands before the first chunk, in hexadecimal digits: who knows it knows which key made every chunk. */
  readonly headSha256: string;

  constructor(
    head: Buffer,
    private readonly payload: PayloadEncryption,
  ) {
    super();
    this.headSha256 = sha256(head);
    this.push(head);
  }

  override _transform(data: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    done(null, Buffer.concat(this.payload.update(data)));
  }

  override _flush(done: TransformCallback): void {
    done(null, this.payload.final());
  }
}

/**
 * Decrypts an age file with the first of the identities that fits. Given the hash of its head, it gives out only bytes
 * that whoever made that head encrypted; all else ends with {@link AlteredData}.
 */
export class AgeDecryption extends Transform {
  private head: Buffer = Buffer.alloc(0);
  private payload: PayloadDecryption | undefined;

  constructor(
    private readonly identities: readonly string[],
    private readonly headSha256?: string,
  ) {
    super();
  }

  override _transform(data: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.decrypt(data).then(() => {
      done();
    }, done);
  }

  override _flush(done: TransformCallback): void {
    try {
      if (this.payload === undefined) throw new AlteredData("it is not an age file, or it was cut off");
      done(null, this.payload.final());
    } catch (error) {
      done(error as Error);
    }
  }

  private async decrypt(data: Buffer): Promise<void> {
    let body = data;
    if (this.payload === undefined) {
      this.head = Buffer.concat([this.head, data]);
      const length = headerLength(this.head);
      if (length === 0 && this.head.length > longestHeader) throw new AlteredData("it is not an age file");
      const start = length + payloadNonceBytes;
      if (length === 0 || this.head.length < start) return;
      if (this.headSha256 !== undefined && sha256(this.head.subarray(0, start)) !== this.headSha256)
        throw new AlteredData("its header is not the one that was written");
      const fileKey = await fileKeyOf(this.head.subarray(0, length), this.identities);
      this.payload = new PayloadDecryption(fileKey, this.head.subarray(length, start));
      body = this.head.subarray(start);
    }
    for (const chunk of this.payload.update(body)) this.push(chunk);
  }
}

async function fileKeyOf(header: Buffer, identities: readonly string[]): Promise<Uint8Array> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decryptHeader(header);
}

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Length of the header with its last newline, 0 while it is not complete. */
function headerLength(file: Buffer): number {
  const footer = file.indexOf(footerMark);
  return footer < 0 ? 0 : file.indexOf("\n", footer + footerMark.length) + 1;
}
