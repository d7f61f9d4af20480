import { reasonOf } from "./failure.js";
import type { ObjectRetention, ObjectWriter, Store } from "./stores/store.js";

/** One store during one run: it takes part until it fails, and then never again. */
export class Destination {
  /** Why it was dropped. */
  failure: string | undefined;

  constructor(readonly store: Store) {}

  /** Does something with the store; a failure drops it and is kept. */
  async attempt<Result>(action: (store: Store) => Promise<Result>): Promise<Result | undefined> {
    if (this.failure !== undefined) return undefined;
    try {
      return await action(this.store);
    } catch (error) {
      this.failure = reasonOf(error);
      return undefined;
    }
  }
}

interface Branch {
  readonly destination: Destination;
  readonly writer: ObjectWriter;
}

/** Writes one object into every store at once, at the pace of the slowest. */
export class FanOut {
  private readonly branches: readonly Branch[];

  constructor(destinations: readonly Destination[], keyIn: (store: Store) => string, retention: ObjectRetention) {
    this.branches = destinations
      .filter(({ failure }) => failure === undefined)
      .map((destination) => ({ destination, writer: destination.store.create(keyIn(destination.store), retention) }));
  }

  /** Hands bytes to every store that has not failed; rejects only when none is left. */
  async write(chunk: Buffer): Promise<void> {
    await this.each((writer) => writer.write(chunk));
    if (this.branches.every(({ destination }) => destination.failure !== undefined)) {
      throw new Error("every store refused the data");
    }
  }

  /** Makes the object visible in every store that has not failed. */
  async commit(): Promise<void> {
    await this.each((writer) => writer.commit());
  }

  /** Leaves nothing behind in any store. */
  async abort(): Promise<void> {
    await Promise.allSettled(this.branches.map(({ writer }) => writer.abort()));
  }

  private async each(action: (writer: ObjectWriter) => Promise<void>): Promise<void> {
    await Promise.all(
      this.branches.map(async ({ destination, writer }) => {
        // What a failed store holds is let go at once: it may be full.
        await destination.attempt(() =>
          action(writer).catch(async (error: unknown) => {
            await writer.abort().catch(() => undefined);
            throw error;
          }),
        );
      }),
    );
  }
}
