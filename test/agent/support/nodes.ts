import { bestCompression, type Compression } from "../../../agent/compression.js";

type WithNode = readonly [Compression, string];

/** Each compression that can be tried here, with the node that takes it by itself: a program for `needPrograms` and `programPath`. */
export const nodes: readonly [WithNode, ...WithNode[]] =
  bestCompression() === "zstd"
    ? [["zstd", process.execPath]]
    : [
        ["zstd", "node22"],
        ["gzip", process.execPath],
      ];
