import * as zlib from "node:zlib";
import type { Transform } from "node:stream";
import { AgentFailure } from "./failure.js";

/** How the parts of a backup are compressed. */
export type Compression = "zstd" | "gzip";

/** Ending of a file name for each compression. */
export const compressionExtension = { zstd: "zst", gzip: "gz" } as const;

/** The part of node's zlib that exists from Node 22.15 on. */
interface ZstdOfNode {
  readonly createZstdCompress: (options: { chunkSize: number; params: Record<number, number> }) => Transform;
  readonly createZstdDecompress: (options: { chunkSize: number }) => Transform;
}

/** zstd's `ZSTD_c_compressionLevel` and `ZSTD_c_checksumFlag` (zstd.h). */
const compressionLevel = 100;
const checksumFlag = 201;
/** The fastest level of both: the time goes into the dump, not into the last few per cent of size. */
const level = 1;
const chunkSize = 256 * 1024;

/** The best compression that this node has. */
export function bestCompression(): Compression {
  return zstdOfNode() === undefined ? "gzip" : "zstd";
}

/** A stream that compresses. */
export function compress(compression: Compression): Transform {
  if (compression === "gzip") return zlib.createGzip({ level, chunkSize });
  const zstd = requireZstd();
  return zstd.createZstdCompress({ chunkSize, params: { [compressionLevel]: level, [checksumFlag]: 1 } });
}

/** A stream that decompresses. */
export function decompress(compression: Compression): Transform {
  return compression === "gzip" ? zlib.createGunzip({ chunkSize }) : requireZstd().createZstdDecompress({ chunkSize });
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
