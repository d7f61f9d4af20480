import * as zlib from "node:zlib";
import type { Transform } from "node:stream";
import { AgentFailure } from "./failure.js";

/** How the parts of a backup are compressed. */
export type Compression = "zstd" | "gzip";

/** Ending of a file name for each compression. */
export const compressionExtension = { zstd: "zst", gzip: "gz" } as const;

interface Buffers extends zlib.ZlibOptions {
  readonly readableHighWaterMark: number;
}

/** The part of node's zlib that exists from Node 22.15 on. */
interface ZstdOfNode {
  readonly createZstdCompress: (options: Buffers & { readonly params: Record<number, number> }) => Transform;
  readonly createZstdDecompress: (options: Buffers) => Transform;
}

/** zstd's `ZSTD_c_compressionLevel` and `ZSTD_c_checksumFlag` (zstd.h). */
const compressionLevel = 100;
const checksumFlag = 201;
/** The fastest level of both: the time goes into the dump, not into the last few per cent of size. */
const level = 1;
/**
 * Each chunk costs two changes between threads, and a compressor goes on without waiting while what it made fits into its
 * own buffer.
 */
const buffers = { chunkSize: 1024 * 1024, readableHighWaterMark: 4 * 1024 * 1024 };

/** The best compression that this node has. */
export function bestCompression(): Compression {
  return zstdOfNode() === undefined ? "gzip" : "zstd";
}

/** A stream that compresses. */
export function compress(compression: Compression): Transform {
  if (compression === "gzip") return zlib.createGzip({ level, ...buffers });
  const zstd = requireZstd();
  const params = { [compressionLevel]: level, [checksumFlag]: 1 };
  return zstd.createZstdCompress({ ...buffers, params });
}

/** A stream that decompresses. */
export function decompress(compression: Compression): Transform {
  return compression === "gzip" ? zlib.createGunzip(buffers) : requireZstd().createZstdDecompress(buffers);
}

function requireZstd(): ZstdOfNode {
  const zstd = zstdOfNode();
  if (zstd === undefined) {
    const { node } = process.versions;
    throw new AgentFailure(2, `node must have zstd to read this backup (node:zlib), got ${node}; use 22.15 or newer`);
  }
  return zstd;
}

function zstdOfNode(): ZstdOfNode | undefined {
  return "createZstdCompress" in zlib ? (zlib as unknown as ZstdOfNode) : undefined;
}
