import { createHash } from "node:crypto";
import type { BlockBlobClient, BlockBlobCommitBlockListOptions, RestError } from "@azure/storage-blob";
import { keepDaysTag } from "../../components/model/agent-config.js";
import { mostParts } from "./part-size.js";
import type { Upload } from "./part-writer.js";
import { persist } from "./persist.js";
import type { ObjectRetention } from "./store.js";

type Terms = Pick<BlockBlobCommitBlockListOptions, "immutabilityPolicy" | "tags">;

/** The lock, and the tag by which the account's lifecycle rules know when to delete the blob. */
export function azureTerms({ lock, keepDays }: ObjectRetention): Terms {
  return {
    ...(lock === undefined
      ? {}
      : {
          immutabilityPolicy: {
            expiriesOn: lock.until,
            policyMode: lock.mode === "compliance" ? ("Locked" as const) : ("Unlocked" as const),
          },
        }),
    ...(keepDays === undefined ? {} : { tags: { [keepDaysTag]: String(keepDays) } }),
  };
}

/** One blob on its way: blocks that nobody sees until their list is committed. */
export class AzureUpload implements Upload {
  private readonly blocks: string[] = [];

  constructor(
    private readonly blob: BlockBlobClient,
    private readonly terms: Terms,
    private readonly abortSignal: AbortSignal,
  ) {}

  async putWhole(body: Buffer): Promise<void> {
    await this.sendPart(1, body);
    await this.complete(body.length);
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  async sendPart(number: number, body: Buffer): Promise<void> {
    if (number > mostParts) throw new Error(`the object needs more than ${mostParts} parts`);
    // All ids of one blob must have one length.
    const id = Buffer.from(String(number).padStart(String(mostParts).length, "0")).toString("base64");
    this.blocks[number - 1] = id;
    const transactionalContentMD5 = createHash("md5").update(body).digest();
    const { abortSignal } = this;
    const options = { abortSignal, transactionalContentMD5 };
    await this.tell(() => this.blob.stageBlock(id, body, body.length, options));
  }

  async complete(bytes: number): Promise<void> {
    const { abortSignal, terms } = this;
    try {
      const options = { ...terms, abortSignal, conditions: { ifNoneMatch: "*" } };
      await this.tell(() => this.blob.commitBlockList(this.blocks, options));
    } catch (error) {
      await this.assertMine(error, bytes);
    }
  }

  /** The service forgets blocks that were not committed after a week; only a writer who may delete could hurry it. */
  discard(): Promise<void> {
    return Promise.resolve();
  }

  /** The SDK leaves what gateways answer alone, and shows nothing of an answer that it cannot read. */
  private async tell(request: () => Promise<unknown>): Promise<void> {
    try {
      await persist(request, this.abortSignal);
    } catch (error) {
      const { statusCode, message } = error as RestError;
      if (statusCode !== undefined && message === "") {
        (error as RestError).message = `the server answered with status ${statusCode}`;
      }
      throw error;
    }
  }

  /** A request that was repeated after a lost answer finds its own blob there: that is a success. */
  private async assertMine(error: unknown, bytes: number): Promise<void> {
    const { statusCode } = error as RestError;
    if (statusCode !== 409 && statusCode !== 412) throw error;
    const there = await this.blob.getProperties().catch(() => undefined);
    if (there?.contentLength !== bytes) throw error;
  }
}
