import * as fs from "node:fs";
import { access, mkdir, open, readdir, rename, rm, unlink, type FileHandle } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import type { FolderAgentStore } from "../../components/model/agent-config.js";
import { mapParallel } from "../parallel.js";
import { isLeftover, isUnfinished, unfinishedName } from "./leftover.js";
import { ObjectMissing, type ObjectWriter, type Store, type StoredObject } from "./store.js";

/** Files whose lengths are asked for at a time; node does file work in four threads. */
const statsAtOnce = 16;

/** Ten thousand manifests are read in a fifth less processor time than with the forms of node:fs/promises. */
const readFile = promisify(fs.readFile);
const stat = promisify(fs.stat);

/** Objects as files of a folder. It has no locks: whoever may write there may remove. */
export class FolderStore implements Store {
  readonly name: string;
  readonly prefix: string;
  readonly description: string;
  private readonly root: string;

  constructor(config: FolderAgentStore) {
    this.name = config.name;
    this.prefix = config.prefix ?? "";
    this.root = resolve(config.path);
    this.description = `folder ${this.root}`;
  }

  create(key: string): ObjectWriter {
    return new FileWriter(this.root, this.pathOf(key));
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const files = (await this.walk(prefix)).filter((file) => !isUnfinished(file));
    const objects = await mapParallel(files, statsAtOnce, async (file): Promise<StoredObject | undefined> => {
      const status = await stat(file).catch(ignoreMissing);
      if (status === undefined) return undefined;
      const key = relative(this.root, file).split(sep).join("/");
      return { key, bytes: status.size, modified: status.mtime };
    });
    for (const object of objects) if (object !== undefined) yield object;
  }

  async read(key: string): Promise<Readable> {
    const handle = await open(this.pathOf(key), "r").catch(ignoreMissing);
    if (handle === undefined) throw new ObjectMissing(key);
    return fs.createReadStream("", { fd: handle, highWaterMark: 256 * 1024 });
  }

  async readWhole(key: string): Promise<Buffer> {
    const content = await readFile(this.pathOf(key)).catch(ignoreMissing);
    if (content === undefined) throw new ObjectMissing(key);
    return content;
  }

  lockedUntil(): Promise<"unknown"> {
    return Promise.resolve("unknown");
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    await unlink(path).catch(ignoreMissing);
    await syncFolder(dirname(path)).catch(ignoreMissing);
  }

  async cleanLeftovers(prefix: string): Promise<number> {
    let cleaned = 0;
    const now = new Date();
    for (const file of await this.walk(prefix)) {
      if (!isUnfinished(file)) continue;
      const status = await stat(file).catch(ignoreMissing);
      if (status === undefined || !isLeftover(file, status.mtime, now)) continue;
      await rm(file, { force: true });
      cleaned += 1;
    }
    return cleaned;
  }

  close(): void {
    // Files are closed one by one; there is nothing else to let go.
  }

  private async walk(prefix: string): Promise<string[]> {
    // Without this a disk that is not mounted would look like a store without backups.
    await access(this.root);
    const folder = join(this.root, ...prefix.split("/"));
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreMissing);
    return (entries ?? []).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }

  private pathOf(key: string): string {
    return join(this.root, ...key.split("/"));
  }
}

/** Writes beside the final name, then renames: a reader sees the whole file or none. */
class FileWriter implements ObjectWriter {
  private readonly unfinished: string;
  private handle: FileHandle | undefined;
  private created: string | undefined;

  constructor(
    private readonly root: string,
    private readonly path: string,
  ) {
    this.unfinished = unfinishedName(path);
  }

  async write(chunk: Buffer): Promise<void> {
    this.handle ??= await this.start();
    let written = 0;
    while (written < chunk.length) {
      written += (await this.handle.write(chunk, written)).bytesWritten;
    }
  }

  async commit(): Promise<void> {
    this.handle ??= await this.start();
    // One flush for the file and one for each folder that got a new entry: a power cut loses all of it or nothing.
    await this.handle.sync();
    await this.handle.close();
    this.handle = undefined;
    if (await exists(this.path)) throw new Error(`${this.path} exists already; names are never used twice`);
    await rename(this.unfinished, this.path);
    const folder = dirname(this.path);
    await syncFolder(folder);
    if (this.created !== undefined) await syncUpwards(folder, dirname(this.created));
  }

  async abort(): Promise<void> {
    await this.handle?.close().catch(() => undefined);
    this.handle = undefined;
    await rm(this.unfinished, { force: true }).catch(() => undefined);
  }

  private async start(): Promise<FileHandle> {
    // The store's own folder is never made: where it is missing, a disk is not mounted.
    await access(this.root);
    this.created = await mkdir(dirname(this.path), { recursive: true });
    return open(this.unfinished, "wx", 0o640);
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(ignoreMissing)) !== undefined;
}

async function syncUpwards(from: string, to: string): Promise<void> {
  let folder = from;
  while (folder !== to && folder !== dirname(folder)) {
    folder = dirname(folder);
    await syncFolder(folder);
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  return undefined;
}
