import type { Transform } from "node:stream";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { AgentFailure } from "./failure.js";
import { inPieces } from "./pieces.js";
import { CutAtFrames } from "./zstd-frames.js";

/** How the parts of a backup are compressed. */
export type Compression = "zstd" | "gzip";

/** Ending of a file name for each compression. */
export const compressionExtension = { zstd: "zst", gzip: "gz" } as const;

/** The part of node's zlib that exists from Node 22.15 on. */
interface ZstdOfNode {
  readonly createZstdCompress: (options: ZstdOptions) => Transform;
  readonly createZstdDecompress: (options: zlib.ZlibOptions) => Transform;
}

interface ZstdOptions extends zlib.ZlibOptions {
  readonly readableHighWaterMark: number;
  readonly params: Record<number, number>;
}

/** zstd's `ZSTD_c_compressionLevel`, `ZSTD_c_checksumFlag` and `ZSTD_e_end` (zstd.h). */
const compressionLevel = 100;
const checksumFlag = 201;
const endFrame = 2;
/** The fastest level of both: the time goes into the dump, not into the last few per cent of size. */
const level = 1;
/**
 * Each chunk costs two changes between threads, and a decompressor goes on without waiting while what it made fits into its
 * own buffer.
 */
const buffers = { chunkSize: 1024 * 1024, readableHighWaterMark: 4 * 1024 * 1024 };

const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);

/** The best compression that this node has. */
export function bestCompression(): Compression {
  return zstdOfNode() === undefined ? "gzip" : "zstd";
}

/**
 * Compresses a stream, each piece to a frame (a member, for gzip) of its own: several at once on other threads, in order.
 * Stock programs read the frames of a file as one.
 */
export function compress(compression: Compression, chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return inPieces(
    chunks,
    compression === "zstd" ? zstdFrame : (piece) => gzip(piece, { level, chunkSize: buffers.chunkSize }),
  );
}

/** Stages that decompress whatever stock programs read: one frame or many. */
export function decompress(compression: Compression): Transform[] {
  if (compression === "gzip") return [zlib.createGunzip(buffers)];
  return [new CutAtFrames(), requireZstd().createZstdDecompress(buffers)];
}

/** Told that the piece is all, and given room for whatever may come of it, zstd copies nothing and looks back into one buffer only. */
function zstdFrame(piece: Buffer): Promise<Buffer> {
  // ZSTD_COMPRESSBOUND (zstd.h), for any length.
  const chunkSize = piece.length + (piece.length >> 8) + 64;
  const params = { [compressionLevel]: level, [checksumFlag]: 1 };
  const compressor = requireZstd().createZstdCompress({
    chunkSize,
    readableHighWaterMark: 2 * chunkSize,
    flush: endFrame,
    params,
  });
  return new Promise((done, failed) => {
    compressor.once("error", failed);
    compressor.write(piece, (error) => {
      if (error) return;
      done(compressor.read() as Buffer);
      // Its end would be another, empty frame.
      compressor.destroy();
    });
  });
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
