import { partSize } from "./part-size.js";
import type { ObjectWriter } from "./store.js";

/** One object on its way into a store that takes objects in parts. It must give up when its signal is aborted. */
export interface Upload {
  /** Sends an object that fits into one part; fails when the name is taken. */
  putWhole(body: Buffer): Promise<void>;
  /** Begins an object of several parts. */
  begin(): Promise<void>;
  /** Sends one part; numbers begin with 1. The one before may still be on its way. */
  sendPart(number: number, body: Buffer, isLast: boolean): Promise<void>;
  /** Makes the object of so many bytes visible, after all parts; fails when the name is taken. */
  complete(bytes: number): Promise<void>;
  /** Forgets what was begun. */
  discard(): Promise<void>;
}

/** Parts on their way at which no further one fills: with the one that fills, memory holds two. */
const mostOnTheirWay = 2;

/** Sends one object in parts, or as a whole when it fits into the first. */
export class PartWriter implements ObjectWriter {
  private buffer: Buffer = Buffer.alloc(0);
  private used = 0;
  private bytes = 0;
  private begun = false;
  private parts = 0;
  private readonly onTheirWay = new Set<Promise<void>>();
  private readonly stop = new AbortController();
  private readonly upload: Upload;
  private failure: unknown;

  constructor(open: (signal: AbortSignal) => Upload) {
    this.upload = open(this.stop.signal);
  }

  async write(chunk: Buffer): Promise<void> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.used === this.buffer.length) await this.nextBuffer();
      const taken = rest.copy(this.buffer, this.used);
      this.used += taken;
      this.bytes += taken;
      rest = rest.subarray(taken);
    }
  }

  async commit(): Promise<void> {
    const last = this.buffer.subarray(0, this.used);
    if (!this.begun) {
      await this.upload.putWhole(last);
      return;
    }
    this.send(last, true);
    await Promise.all(this.onTheirWay);
    this.throwFailure();
    await this.upload.complete(this.bytes);
    this.begun = false;
  }

  async abort(): Promise<void> {
    this.stop.abort();
    await Promise.allSettled(this.onTheirWay);
    if (!this.begun) return;
    this.begun = false;
    await this.upload.discard().catch(() => undefined);
  }

  private async nextBuffer(): Promise<void> {
    if (this.used > 0) {
      if (!this.begun) await this.upload.begin();
      this.begun = true;
      this.send(this.buffer.subarray(0, this.used), false);
      if (this.onTheirWay.size >= mostOnTheirWay) await Promise.race(this.onTheirWay);
    }
    this.throwFailure();
    this.buffer = Buffer.allocUnsafeSlow(partSize(this.parts + 1));
    this.used = 0;
  }

  private send(body: Buffer, isLast: boolean): void {
    const sent = this.upload
      .sendPart(++this.parts, body, isLast)
      .catch((error: unknown) => {
        this.failure ??= error;
      })
      .finally(() => this.onTheirWay.delete(sent));
    this.onTheirWay.add(sent);
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure as Error;
  }
}
