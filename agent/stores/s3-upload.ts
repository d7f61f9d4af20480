import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type PutObjectCommandInput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { keepDaysTag } from "../../components/model/agent-config.js";
import { mostParts } from "./part-size.js";
import type { Upload } from "./part-writer.js";
import type { ObjectRetention } from "./store.js";

/** What is the same in every request about one object that is written. */
interface S3Target {
  readonly Bucket: string;
  readonly Key: string;
}

type Terms = Pick<
  PutObjectCommandInput,
  "ObjectLockMode" | "ObjectLockRetainUntilDate" | "ObjectLockLegalHoldStatus" | "Tagging"
>;

/** The lock, and the tag by which the bucket's lifecycle rules know when to delete the object. */
export function s3Terms({ lock, keepDays }: ObjectRetention, legalHold: boolean): Terms {
  return {
    ...(lock === undefined
      ? {}
      : {
          ObjectLockMode: lock.mode === "compliance" ? "COMPLIANCE" : "GOVERNANCE",
          ObjectLockRetainUntilDate: lock.until,
        }),
    ...(legalHold ? { ObjectLockLegalHoldStatus: "ON" } : {}),
    ...(keepDays === undefined ? {} : { Tagging: `${keepDaysTag}=${keepDays}` }),
  };
}

/** One object on its way into a bucket. */
export class S3Upload implements Upload {
  private uploadId: string | undefined;
  private readonly parts: CompletedPart[] = [];

  constructor(
    private readonly client: S3Client,
    private readonly target: S3Target,
    private readonly terms: Terms,
    private readonly abortSignal: AbortSignal,
  ) {}

  async putWhole(body: Buffer): Promise<void> {
    const { abortSignal, target, terms } = this;
    const put = new PutObjectCommand({
      ...target,
      ...terms,
      Body: body,
      ChecksumSHA256: sha256(body),
      IfNoneMatch: "*",
    });
    await this.onlyOnce(this.client.send(put, { abortSignal }), body.length);
  }

  async begin(): Promise<void> {
    const { abortSignal, target, terms } = this;
    const create = new CreateMultipartUploadCommand({ ...target, ...terms, ChecksumAlgorithm: "SHA256" });
    const { UploadId } = await this.client.send(create, { abortSignal });
    if (UploadId === undefined) throw new Error("the server began an upload without an id");
    this.uploadId = UploadId;
  }

  async sendPart(PartNumber: number, Body: Buffer): Promise<void> {
    if (PartNumber > mostParts) throw new Error(`the object needs more than ${mostParts} parts`);
    const { abortSignal, target, uploadId: UploadId } = this;
    const ChecksumSHA256 = sha256(Body);
    const upload = new UploadPartCommand({ ...target, UploadId, PartNumber, Body, ChecksumSHA256 });
    const { ETag } = await this.client.send(upload, { abortSignal });
    this.parts[PartNumber - 1] = { PartNumber, ETag, ChecksumSHA256 };
  }

  async complete(bytes: number): Promise<void> {
    const { abortSignal, target, uploadId: UploadId } = this;
    const MultipartUpload = { Parts: this.parts };
    const complete = new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload, IfNoneMatch: "*" });
    await this.onlyOnce(this.client.send(complete, { abortSignal }), bytes);
  }

  async discard(): Promise<void> {
    await this.client.send(new AbortMultipartUploadCommand({ ...this.target, UploadId: this.uploadId }));
  }

  /** A request that was repeated after a lost answer finds its own object there: that is a success. */
  private async onlyOnce(request: Promise<unknown>, bytes: number): Promise<void> {
    try {
      await request;
    } catch (error) {
      const name = (error as Error).name;
      if (name !== "PreconditionFailed" && name !== "NoSuchUpload") throw error;
      const { ContentLength } = await this.client.send(new HeadObjectCommand(this.target));
      if (ContentLength !== bytes) throw error;
    }
  }
}

function sha256(body: Buffer): string {
  return createHash("sha256").update(body).digest("base64");
}
