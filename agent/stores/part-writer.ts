import { setTimeout as delay } from "node:timers/promises";
import { partSize } from "./part-size.js";
import type { ServerClock } from "./server-clock.js";
import type { ObjectWriter } from "./store.js";

/** One object on its way into a store that takes objects in parts. */
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

/** How long an upload that is given up waits for the parts on their way, before it breaks them off. */
const graceMilliseconds = 5_000;

/** Sends one object in parts, or as a whole when it fits into the first. */
export class PartWriter implements ObjectWriter {
  private buffer: Buffer = Buffer.alloc(0);
  /** Buffers whose parts have arrived. New ones in their place would have the collector run for each second part. */
  private readonly free: Buffer[] = [];
  private used = 0;
  private bytes = 0;
  /** Resolves when an upload of several parts has begun; undefined before, and when nothing is left of it. */
  private begun: Promise<void> | undefined;
  private parts = 0;
  private readonly onTheirWay = new Set<Promise<void>>();
  private readonly stop = new AbortController();
  private readonly upload: Upload;
  private failure: unknown;

  /**
   * @param open Makes the upload, which must give up when the signal is aborted.
   * @param clock Asked before anything is sent.
   */
  constructor(
    open: (signal: AbortSignal) => Upload,
    private readonly clock: ServerClock,
  ) {
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
    this.clock.assertAgrees();
    const last = this.buffer.subarray(0, this.used);
    if (this.begun === undefined) {
      await this.upload.putWhole(last);
      return;
    }
    this.send(last, true);
    await Promise.all(this.onTheirWay);
    this.throwFailure();
    await this.upload.complete(this.bytes);
    this.begun = undefined;
  }

  async abort(): Promise<void> {
    const { begun } = this;
    // A server that is still at work on a part may keep it beyond the end of its upload.
    const idle = begun?.catch(() => undefined).then(() => Promise.allSettled(this.onTheirWay));
    await Promise.race([idle, delay(graceMilliseconds, undefined, { ref: false })]);
    this.stop.abort();
    await idle;
    if (this.begun === undefined) return;
    this.begun = undefined;
    await this.upload.discard().catch(() => undefined);
  }

  private async nextBuffer(): Promise<void> {
    this.clock.assertAgrees();
    if (this.used > 0) {
      this.begun ??= this.upload.begin();
      await this.begun;
      this.send(this.buffer, false);
      if (this.onTheirWay.size >= mostOnTheirWay) await Promise.race(this.onTheirWay);
    }
    this.throwFailure();
    const size = partSize(this.parts + 1);
    const free = this.free.pop();
    this.buffer = free?.length === size ? free : Buffer.allocUnsafeSlow(size);
    this.used = 0;
  }

  private send(body: Buffer, isLast: boolean): void {
    const sent = this.upload
      .sendPart(++this.parts, body, isLast)
      .then(() => void this.free.push(body))
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
