import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { AgentFailure } from "../failure.js";
import type { ServerKind } from "../sources/kubernetes-kinds.js";
import type { KubernetesObject } from "../sources/kubernetes-object.js";

/** No object is longer; etcd takes 1.5 MB. */
const longestLine = 32 * 1024 * 1024;
const ending = "]}";

/** Where an object stands in the list's file. */
export interface ListEntry {
  readonly kind: ServerKind;
  readonly name: string;
  readonly start: number;
  readonly length: number;
}

/** An object of the list, and where it stands. */
export interface PlacedObject {
  readonly object: KubernetesObject & { readonly apiVersion: string; readonly kind: string };
  readonly start: number;
  readonly length: number;
}

/** The list of an artefact as a file. Only one object at a time is in memory. */
export class ObjectList {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<ObjectList> {
    return new ObjectList(path, await open(path));
  }

  /** Every object, in the list's order; throws where the file is no such list, or only a piece of one. */
  async *objects(): AsyncGenerator<PlacedObject> {
    let index = -1;
    let ended = false;
    for await (const { line, start } of lines(this.path)) {
      index++;
      if (index === 0 || line.length === 0) continue;
      if (ended) throw wrongList(`line ${index + 1} comes after its end`);
      const text = line.toString("utf8");
      ended = text === ending;
      if (!ended) yield { object: parse(text, index + 1), start, length: line.length };
    }
    if (!ended) throw wrongList("its end is missing");
  }

  /** One object again. */
  async read({ start, length }: Pick<ListEntry, "start" | "length">): Promise<KubernetesObject> {
    return JSON.parse(withoutComma(await this.text(start, length))) as KubernetesObject;
  }

  /** Some objects as a list of their own. */
  async *extract(entries: readonly ListEntry[]): AsyncGenerator<string> {
    yield '{"apiVersion":"v1","kind":"List","items":[';
    let separator = "\n";
    for (const { start, length } of entries) {
      yield `${separator}${withoutComma(await this.text(start, length))}`;
      separator = ",\n";
    }
    yield `\n${ending}\n`;
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private async text(start: number, length: number): Promise<string> {
    const { buffer } = await this.file.read(Buffer.alloc(length), 0, length, start);
    return buffer.toString("utf8");
  }
}

async function* lines(path: string): AsyncGenerator<{ readonly line: Buffer; readonly start: number }> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield { line: rest.subarray(0, end), start };
      start += end + 1;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > longestLine) throw wrongList(`it has a line of more than ${longestLine} bytes`);
  }
  if (rest.length > 0) yield { line: rest, start };
}

function parse(text: string, line: number): PlacedObject["object"] {
  let value: Partial<PlacedObject["object"]> | null;
  try {
    value = JSON.parse(withoutComma(text)) as typeof value;
  } catch {
    throw wrongList(`line ${line} is not JSON`);
  }
  const { apiVersion, kind, metadata } = value ?? {};
  if (typeof apiVersion === "string" && typeof kind === "string" && typeof metadata?.name === "string")
    return { ...value, apiVersion, kind, metadata };
  throw wrongList(`line ${line} has no apiVersion, kind and name`);
}

function withoutComma(text: string): string {
  return text.endsWith(",") ? text.slice(0, -1) : text;
}

function wrongList(reason: string): AgentFailure {
  return new AgentFailure(3, `it cannot be restored: it is no list of objects: ${reason}`);
}
