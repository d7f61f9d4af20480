import { createHash, randomBytes } from "node:crypto";
import { json } from "node:stream/consumers";
import { type GcsClient, GcsRefusal } from "./gcs-client.js";
import { persist } from "./persist.js";
import type { Upload } from "./part-writer.js";
import type { ObjectRetention } from "./store.js";

/** What the server tells about an object; `retention` and `customTime` as they were asked for. */
export interface GcsObject {
  readonly name: string;
  readonly size: string;
  readonly updated: string;
  readonly md5Hash?: string;
  readonly retention?: { readonly mode: string; readonly retainUntilTime: string };
}

/** The lock, and the moment from which the bucket's lifecycle rule may delete the object. */
export function gcsTerms({ lock, keepDays }: ObjectRetention, now: Date): object {
  return {
    ...(lock === undefined
      ? {}
      : {
          retention: {
            mode: lock.mode === "compliance" ? "Locked" : "Unlocked",
            retainUntilTime: lock.until.toISOString(),
          },
        }),
    ...(keepDays === undefined
      ? {}
      : { customTime: new Date(now.getTime() + keepDays * 24 * 60 * 60 * 1000).toISOString() }),
  };
}

/** Where an object goes. */
export interface GcsTarget {
  readonly bucket: string;
  readonly key: string;
  readonly terms: object;
}

/** One object on its way into a bucket: in one request, or in a resumable session whose parts go in order. */
export class GcsUpload implements Upload {
  private session = "";
  /** Bytes that the server has for sure. */
  private kept = 0;
  private before: Promise<void> = Promise.resolve();
  private readonly hash = createHash("md5");
  private finished: GcsObject | undefined;

  constructor(
    private readonly client: GcsClient,
    private readonly target: GcsTarget,
    private readonly signal: AbortSignal,
  ) {}

  async putWhole(body: Buffer): Promise<void> {
    const md5Hash = createHash("md5").update(body).digest("base64");
    const boundary = randomBytes(16).toString("hex");
    const metadata = JSON.stringify({ ...this.metadata(), md5Hash });
    const head = `--${boundary}\r\ncontent-type: application/json\r\n\r\n${metadata}\r\n--${boundary}\r\ncontent-type: application/octet-stream\r\n\r\n`;
    await this.client
      .json({
        method: "POST",
        url: this.uploadUrl("multipart"),
        headers: { "content-type": `multipart/related; boundary=${boundary}` },
        body: Buffer.concat([Buffer.from(head), body, Buffer.from(`\r\n--${boundary}--`)]),
        signal: this.signal,
      })
      .catch((error: unknown) => this.mineAlready(error, body.length, md5Hash));
  }

  async begin(): Promise<void> {
    const answer = await this.client.send({
      method: "POST",
      url: this.uploadUrl("resumable"),
      headers: { "content-type": "application/json", "x-upload-content-type": "application/octet-stream" },
      body: Buffer.from(JSON.stringify(this.metadata())),
      signal: this.signal,
    });
    answer.resume();
    const { location } = answer.headers;
    if (location === undefined) throw new Error("the server began an upload without an address");
    this.session = location;
  }

  async sendPart(_number: number, body: Buffer, isLast: boolean): Promise<void> {
    this.before = this.before.then(() => this.sendInOrder(body, isLast));
    await this.before;
  }

  complete(bytes: number): Promise<void> {
    const md5Hash = this.hash.digest("base64");
    const { size, md5Hash: found = md5Hash } = this.finished ?? { size: "0" };
    if (Number(size) === bytes && found === md5Hash) return Promise.resolve();
    // The object stays there; it does not count, since no manifest will name it.
    const got = `${size} bytes with md5 ${found}`;
    return Promise.reject(new Error(`the server has ${got} in place of ${bytes} bytes with ${md5Hash}`));
  }

  async discard(): Promise<void> {
    (await this.client.sendOnce({ method: "DELETE", url: this.session })).resume();
  }

  private async sendInOrder(body: Buffer, isLast: boolean): Promise<void> {
    this.hash.update(body);
    const first = this.kept;
    const end = first + body.length;
    const total = isLast ? String(end) : "*";
    await persist(async (attempt) => {
      // Some of what was sent before may have arrived, or all of it and only the answer was lost.
      if (attempt > 1) await this.put(`bytes */${total}`, Buffer.alloc(0));
      while (this.finished === undefined && this.kept < end) {
        const before = this.kept;
        await this.put(`bytes ${this.kept}-${end - 1}/${total}`, body.subarray(this.kept - first));
        if (this.kept <= before) throw new Error(`the server keeps nothing after ${before} bytes`);
      }
    }, this.signal);
  }

  private async put(range: string, body: Buffer): Promise<void> {
    const headers = { "content-range": range };
    const answer = await this.client.sendOnce({
      method: "PUT",
      url: this.session,
      headers,
      body,
      signal: this.signal,
    });
    if (answer.statusCode === 308) {
      answer.resume();
      this.kept = Number(/^bytes=0-(\d+)$/.exec(answer.headers.range ?? "")?.[1] ?? -1) + 1;
    } else {
      this.finished = (await json(answer)) as GcsObject;
      this.kept = Number(this.finished.size);
    }
  }

  /** A request that was repeated after a lost answer finds its own object there: that is a success. */
  private async mineAlready(error: unknown, bytes: number, md5Hash: string): Promise<void> {
    if (!(error instanceof GcsRefusal) || error.statusCode !== 412) throw error;
    const there = await objectInfo(this.client, this.target);
    if (Number(there.size) !== bytes || there.md5Hash !== md5Hash) throw error;
  }

  private metadata(): object {
    return { name: this.target.key, contentType: "application/octet-stream", ...this.target.terms };
  }

  private uploadUrl(uploadType: string): string {
    // Generation 0 is that of no object: a name that is taken is refused.
    const query = new URLSearchParams({ uploadType, name: this.target.key, ifGenerationMatch: "0" });
    return `/upload/storage/v1/b/${encodeURIComponent(this.target.bucket)}/o?${query.toString()}`;
  }
}

/** Asks about one object. */
export async function objectInfo(client: GcsClient, { bucket, key }: Omit<GcsTarget, "terms">): Promise<GcsObject> {
  return (await client.json({ method: "GET", url: objectUrl(bucket, key) })) as GcsObject;
}

/** Path of one object on the server. */
export function objectUrl(bucket: string, key: string): string {
  return `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(key)}`;
}
