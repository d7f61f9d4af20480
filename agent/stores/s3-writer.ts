import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type S3Client,
} from "@aws-sdk/client-s3";
import { keepDaysTag } from "../../components/model/agent-config.js";
import { mostParts, partSize } from "./part-size.js";
import type { ObjectRetention, ObjectWriter } from "./store.js";

/** Parts that are sent while the next one fills. */
const partsInFlight = 2;

/** Sends one object in parts, or as a whole when it fits into the first. */
export class S3Writer implements ObjectWriter {
  private buffer: Buffer = Buffer.alloc(0);
  private used = 0;
  private bytes = 0;
  private uploadId: string | undefined;
  private started = 0;
  private readonly parts: CompletedPart[] = [];
  private readonly inFlight = new Set<Promise<void>>();
  private failure: unknown;

  constructor(
    private readonly client: S3Client,
    private readonly target: { readonly Bucket: string; readonly Key: string },
    private readonly retention: ObjectRetention,
  ) {}

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
    if (this.uploadId === undefined) {
      await this.onlyOnce(this.put(last));
      return;
    }
    if (last.length > 0) this.send(this.uploadId, last);
    await Promise.all(this.inFlight);
    this.throwFailure();
    await this.onlyOnce(this.complete(this.uploadId));
    this.uploadId = undefined;
  }

  async abort(): Promise<void> {
    await Promise.allSettled(this.inFlight);
    const UploadId = this.uploadId;
    if (UploadId === undefined) return;
    this.uploadId = undefined;
    await this.client.send(new AbortMultipartUploadCommand({ ...this.target, UploadId })).catch(() => undefined);
  }

  private async nextBuffer(): Promise<void> {
    if (this.used > 0) {
      this.uploadId ??= await this.start();
      this.send(this.uploadId, this.buffer.subarray(0, this.used));
      if (this.inFlight.size >= partsInFlight) await Promise.race(this.inFlight);
    }
    this.throwFailure();
    this.buffer = Buffer.allocUnsafeSlow(partSize(this.started + 1));
    this.used = 0;
  }

  private async put(body: Buffer): Promise<void> {
    const ChecksumSHA256 = sha256(body);
    await this.client.send(
      new PutObjectCommand({ ...this.target, ...this.terms(), Body: body, ChecksumSHA256, IfNoneMatch: "*" }),
    );
  }

  private async start(): Promise<string> {
    const { UploadId } = await this.client.send(
      new CreateMultipartUploadCommand({ ...this.target, ...this.terms(), ChecksumAlgorithm: "SHA256" }),
    );
    if (UploadId === undefined) throw new Error("the server began an upload without an id");
    return UploadId;
  }

  private send(UploadId: string, body: Buffer): void {
    const PartNumber = ++this.started;
    const sent = this.sendPart(UploadId, PartNumber, body)
      .catch((error: unknown) => {
        this.failure ??= error;
      })
      .finally(() => this.inFlight.delete(sent));
    this.inFlight.add(sent);
  }

  private async sendPart(UploadId: string, PartNumber: number, body: Buffer): Promise<void> {
    if (PartNumber > mostParts) throw new Error(`the object needs more than ${mostParts} parts`);
    const ChecksumSHA256 = sha256(body);
    const { ETag } = await this.client.send(
      new UploadPartCommand({ ...this.target, UploadId, PartNumber, Body: body, ChecksumSHA256 }),
    );
    this.parts[PartNumber - 1] = { PartNumber, ETag, ChecksumSHA256 };
  }

  private async complete(UploadId: string): Promise<void> {
    const MultipartUpload = { Parts: this.parts };
    await this.client.send(
      new CompleteMultipartUploadCommand({ ...this.target, UploadId, MultipartUpload, IfNoneMatch: "*" }),
    );
  }

  /** A request that was repeated after a lost answer finds its own object there: that is a success. */
  private async onlyOnce(request: Promise<void>): Promise<void> {
    try {
      await request;
    } catch (error) {
      const name = (error as Error).name;
      if (name !== "PreconditionFailed" && name !== "NoSuchUpload") throw error;
      const { ContentLength } = await this.client.send(new HeadObjectCommand(this.target));
      if (ContentLength !== this.bytes) throw error;
    }
  }

  /** The lock, and the tag by which the bucket's lifecycle rules know when to delete the object. */
  private terms(): {
    ObjectLockMode?: "GOVERNANCE" | "COMPLIANCE";
    ObjectLockRetainUntilDate?: Date;
    Tagging?: string;
  } {
    const { lock, keepDays } = this.retention;
    return {
      ...(lock === undefined
        ? {}
        : {
            ObjectLockMode: lock.mode === "compliance" ? "COMPLIANCE" : "GOVERNANCE",
            ObjectLockRetainUntilDate: lock.until,
          }),
      ...(keepDays === undefined ? {} : { Tagging: `${keepDaysTag}=${keepDays}` }),
    };
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure as Error;
  }
}

function sha256(body: Buffer): string {
  return createHash("sha256").update(body).digest("base64");
}
