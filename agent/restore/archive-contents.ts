import { AgentFailure } from "../failure.js";

/** What an archive of pg_dump's custom format has before its data. */
export interface ArchiveContents {
  /** Its bytes: an archive of everything but the data. */
  readonly bytes: Buffer;
  /** Tables with data by the number of their entry, and whether their data are rows of COPY, one a line. */
  readonly tables: ReadonlyMap<number, boolean>;
}

/** Bytes of a whole number: its sign, and four of its value. */
export const numberBytes = 5;

const magic = "PGDMP";
/** Versions of the format that are known, those of pg_dump 9.3 to 18; a newer one may have other fields. */
const oldestMinor = 12;
const newestMinor = 16;
/** Its code among the formats of pg_dump. */
const customFormat = 1;

/** Reads the contents from the first bytes of an archive; undefined when there are too few of them. */
export function readContents(bytes: Buffer): ArchiveContents | undefined {
  try {
    const reader = new Reader(bytes);
    const { minor, offsetBytes } = readHead(reader);
    const tables = new Map<number, boolean>();
    for (let left = reader.number(); left > 0; left--) {
      const id = reader.number();
      const hasData = reader.number() !== 0;
      reader.skipTexts(3);
      const kind = reader.text();
      reader.number();
      reader.skipTexts(2);
      const copy = reader.text();
      reader.skipTexts(minor >= 14 ? 3 : 2);
      if (minor >= 16) reader.number();
      reader.skipTexts(2);
      while (reader.text() !== undefined);
      // Where its data lie; unknown in an archive that was written to a pipe.
      reader.skip(1 + offsetBytes);
      if (hasData && kind === "TABLE DATA") tables.set(id, copy !== undefined && copy !== "");
    }
    return { bytes: bytes.subarray(0, reader.position), tables };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A whole number of an archive. */
export function numberAt(bytes: Buffer, position: number): number {
  const value = bytes.readUInt32LE(position + 1);
  return bytes[position] === 0 ? value : -value;
}

function readHead(reader: Reader): { readonly minor: number; readonly offsetBytes: number } {
  const begin = reader.raw(magic.length).toString("latin1");
  const major = reader.byte();
  const minor = reader.byte();
  reader.skip(1);
  const valueBytes = reader.byte();
  const offsetBytes = reader.byte();
  const format = reader.byte();
  const compression = minor >= 15 ? reader.byte() : reader.number();
  const known = major === 1 && minor >= oldestMinor && minor <= newestMinor;
  if (begin !== magic || !known || valueBytes !== numberBytes - 1 || format !== customFormat || compression !== 0) {
    const rule = `--jobs needs a dump of pg_dump 9.3 to 18 in its custom format without compression (the agent)`;
    const got = begin === magic ? `format ${major}.${minor}, compression ${compression}` : "something else";
    throw new AgentFailure(2, `${rule}, got ${got}; leave --jobs out`);
  }
  // When it was made, what of, and by what.
  for (let field = 0; field < 7; field++) reader.number();
  reader.skipTexts(3);
  return { minor, offsetBytes };
}

/** Reads one field after the other; throws a `RangeError` behind the end. */
class Reader {
  position = 0;

  constructor(private readonly bytes: Buffer) {}

  byte(): number {
    return this.raw(1).readUInt8();
  }

  number(): number {
    return numberAt(this.raw(numberBytes), 0);
  }

  /** A text, or undefined where there is none, which is not the same as an empty one. */
  text(): string | undefined {
    const length = this.number();
    return length < 0 ? undefined : this.raw(length).toString("utf8");
  }

  skipTexts(count: number): void {
    for (let left = count; left > 0; left--) this.skip(Math.max(0, this.number()));
  }

  skip(length: number): void {
    this.raw(length);
  }

  raw(length: number): Buffer {
    const end = this.position + length;
    if (end > this.bytes.length) throw new RangeError("behind the end");
    const field = this.bytes.subarray(this.position, end);
    this.position = end;
    return field;
  }
}
