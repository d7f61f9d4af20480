import { Writable } from "node:stream";
import { AgentFailure } from "../failure.js";
import { numberAt, numberBytes, readContents, type ArchiveContents } from "./archive-contents.js";

/** Somebody who takes an archive with a share of the rows. */
export interface RowTaker {
  /** Bytes that it was given and has not taken yet. */
  readonly backlog: number;
  write(bytes: Buffer): void;
  /** Resolves as soon as its backlog is short. */
  room(): Promise<void>;
}

/** Bytes of rows that one taker gets in a row: 128 pages of 8 KiB, so that neighbours stay together on the disk. */
const shareBytes = 1024 * 1024;

/** Bytes of a piece of rows. pg_dump writes one for each row, and each costs pg_restore and the server a message. */
const pieceBytes = 64 * 1024;

/** The kinds of blocks with data in an archive, and the head of one: its kind, and the number of its entry. */
const tableBlock = 1;
const largeObjectsBlock = 3;
const blockHeadBytes = 1 + numberBytes;

/** What ends the pieces of a table or large object: one of no length. */
const endOfPieces = Buffer.alloc(numberBytes);

const newline = 10;

/**
 * Takes an archive of pg_dump's custom format apart into several, each with all tables and a share of their rows. Shares end where a line of
 * COPY ends; a table whose data are not such lines goes to one taker, and large objects go to the first.
 */
export class RowSplitter extends Writable {
  private contents: ArchiveContents | undefined;
  private readonly begin: Buffer[] = [];
  private beginBytes = 0;
  /** Bytes at which it is worth while to look whether the contents are complete. */
  private nextLook = 0;

  private takers: readonly RowTaker[] = [];
  /** Who gets the rows now, and how many bytes of them it got since its turn began. */
  private current: RowTaker | undefined;
  private given = 0;

  /** What comes next: the head of a block, the number of a large object, the length of a piece, or what is in it. */
  private expected: "block" | "object" | "length" | "rows" = "block";
  /** A head, number or length of which only the beginning has come. */
  private readonly head = Buffer.alloc(blockHeadBytes);
  private headUsed = 0;
  /** Bytes of the piece that are to come. */
  private rest = 0;
  private inLargeObjects = false;
  /** Whether the data of the block are lines of COPY. */
  private inLines = false;
  /** Whether a table has ended of which all but the first taker do not know it yet. */
  private endOwed = false;

  /** The piece that is filled, behind room for its length. */
  private piece = Buffer.allocUnsafe(numberBytes + pieceBytes);
  private pieceUsed = numberBytes;

  /** `start` gets the contents before any row, and starts those who take the rows. */
  constructor(private readonly start: (contents: ArchiveContents) => Promise<readonly [RowTaker, ...RowTaker[]]>) {
    super();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.take(chunk).then(
      () => {
        done();
      },
      (error: unknown) => {
        done(error as Error);
      },
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    const whole = this.contents !== undefined && this.expected === "block" && this.headUsed === 0;
    if (whole) this.endTable();
    done(whole ? null : new AgentFailure(3, "the archive of pg_dump breaks off"));
  }

  private async take(chunk: Buffer): Promise<void> {
    if (this.contents !== undefined) return this.split(chunk);
    this.begin.push(chunk);
    this.beginBytes += chunk.length;
    if (this.beginBytes < this.nextLook) return;
    this.nextLook = 2 * this.beginBytes;
    const bytes = Buffer.concat(this.begin);
    const contents = readContents(bytes);
    if (contents === undefined) return;
    this.begin.length = 0;
    this.contents = contents;
    this.takers = await this.start(contents);
    for (const taker of this.takers) taker.write(contents.bytes);
    await this.split(bytes.subarray(contents.bytes.length));
  }

  private async split(chunk: Buffer): Promise<void> {
    let at = 0;
    while (at < chunk.length) {
      if (this.expected === "rows") {
        at = await this.takeRows(chunk, at);
        continue;
      }
      const wanted = this.expected === "block" ? blockHeadBytes : numberBytes;
      const taken = chunk.copy(this.head, this.headUsed, at, at + wanted - this.headUsed);
      at += taken;
      this.headUsed += taken;
      if (this.headUsed < wanted) return;
      this.headUsed = 0;
      // A copy, as it waits in a backlog while the next one comes.
      await this.takeHead(Buffer.from(this.head.subarray(0, wanted)));
    }
  }

  private async takeHead(head: Buffer): Promise<void> {
    if (this.expected === "length") return this.takeLength(numberAt(head, 0));
    if (this.expected === "block") {
      const [kind] = head;
      if (kind !== tableBlock && kind !== largeObjectsBlock)
        throw new AgentFailure(3, `the archive of pg_dump has a block of the unknown kind ${String(kind)}`);
      this.inLargeObjects = kind === largeObjectsBlock;
      if (!this.inLargeObjects) this.endTable();
      this.inLines = this.contents?.tables.get(numberAt(head, 1)) === true;
      this.choose();
      this.expected = this.inLargeObjects ? "object" : "length";
    } else {
      this.expected = numberAt(head, 0) === 0 ? "block" : "length";
    }
    this.give(head);
  }

  private async takeLength(length: number): Promise<void> {
    this.rest = length;
    this.expected = "rows";
    if (length > 0) return;
    if (length < 0) throw new AgentFailure(3, `the archive of pg_dump has a piece of ${length} bytes`);
    await this.givePiece();
    this.expected = this.inLargeObjects ? "object" : "block";
    this.takers[0]?.write(endOfPieces);
    this.endOwed ||= !this.inLargeObjects;
  }

  /**
   * Tells all but the first that a table has ended, when another begins or the archive has ended. Whoever loads nothing but tables commits behind
   * the last one, which must not be before the rest of the archive came and was found to be right; the first reads to its end anyway.
   */
  private endTable(): void {
    if (!this.endOwed) return;
    this.endOwed = false;
    for (const taker of this.takers.slice(1)) taker.write(endOfPieces);
  }

  /** Takes rows, and the lengths between them, up to what is neither; returns where that is. */
  private async takeRows(chunk: Buffer, from: number): Promise<number> {
    let at = from;
    for (;;) {
      const step = Math.min(this.rest, chunk.length - at);
      // Most rows find room; nothing is awaited for them.
      if (this.pieceUsed + step <= this.piece.length) {
        chunk.copy(this.piece, this.pieceUsed, at, at + step);
        this.pieceUsed += step;
      } else {
        await this.fillPieces(chunk.subarray(at, at + step));
      }
      at += step;
      this.rest -= step;
      if (this.rest > 0) return at;
      if (this.inLines && this.given >= shareBytes && chunk[at - 1] === newline) {
        await this.givePiece();
        this.choose();
      }
      if (at + numberBytes > chunk.length) {
        this.expected = "length";
        return at;
      }
      this.rest = numberAt(chunk, at);
      at += numberBytes;
      if (this.rest <= 0) {
        await this.takeLength(this.rest);
        return at;
      }
    }
  }

  private async fillPieces(rows: Buffer): Promise<void> {
    for (let from = 0; from < rows.length;) {
      const taken = rows.copy(this.piece, this.pieceUsed, from);
      from += taken;
      this.pieceUsed += taken;
      if (this.pieceUsed === this.piece.length) await this.givePiece();
    }
  }

  /** Gives what was gathered to whose turn it is. */
  private async givePiece(): Promise<void> {
    const length = this.pieceUsed - numberBytes;
    if (length === 0) return;
    this.piece.writeUInt8(0);
    this.piece.writeUInt32LE(length, 1);
    this.current?.write(this.piece.subarray(0, this.pieceUsed));
    this.given += length;
    this.piece = Buffer.allocUnsafe(numberBytes + pieceBytes);
    this.pieceUsed = numberBytes;
    await this.current?.room();
  }

  /** To everybody who gets this block. */
  private give(bytes: Buffer): void {
    for (const taker of this.concerned) taker.write(bytes);
  }

  /** Gives the turn to whoever has the least to do, and of several to the next one. */
  private choose(): void {
    this.given = 0;
    const all = this.concerned;
    const next = this.current === undefined ? 0 : all.indexOf(this.current) + 1;
    const inTurn = [...all.slice(next), ...all.slice(0, next)];
    this.current = inTurn.reduce((least, taker) => (taker.backlog < least.backlog ? taker : least));
  }

  private get concerned(): readonly RowTaker[] {
    return this.inLargeObjects ? this.takers.slice(0, 1) : this.takers;
  }
}
