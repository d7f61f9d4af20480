import { bestCompression, type Compression } from "../../../agent/compression.js";

/** Each compression that can be tried here, with the node that takes it by itself: a program on PATH, or this very one. */
export const nodes: readonly (readonly [Compression, string])[] =
  bestCompression() === "zstd"
    ? [["zstd", process.execPath]]
    : [
        ["zstd", "node22"],
        ["gzip", process.execPath],
      ];
