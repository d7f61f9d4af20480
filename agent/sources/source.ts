import type { Readable } from "node:stream";
import type { ManifestSource } from "../manifest.js";

/** Data that is ready to be read: the connection stands and the versions fit. */
export interface OpenSource {
  /** The moment whose data it gives. */
  readonly time: Date;
  readonly parts: readonly SourcePart[];
  /** What is known when all parts were read to their ends; rejects when any of it failed. */
  facts(): Promise<SourceFacts>;
  /** Lets everything go, at any time. */
  close(): void;
}

/** What the manifest says about the data. */
export interface SourceFacts {
  readonly source: ManifestSource;
  readonly rowCounts: Readonly<Record<string, number>>;
}

/** One stream of the data, which becomes one object. */
export interface SourcePart {
  readonly name: string;
  /** Extension before compression and encryption: `dump`, `globals.sql`, `objects.json`. */
  readonly extension: string;
  /** Bytes that every complete stream of this kind begins with. */
  readonly beginsWith: string;
  /** Starts it. */
  open(): PartStream;
}

/** A stream that has been started. */
export interface PartStream {
  readonly stream: Readable;
  /** Resolves only when everything was given; an end of the stream alone proves nothing. */
  readonly complete: Promise<void>;
  stop(): void;
}
