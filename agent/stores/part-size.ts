const mebibyte = 1024 * 1024;
/** Parts of one size before the size doubles. */
const partsPerSize = 1000;
const smallestPart = 8 * mebibyte;
const largestPart = 2048 * mebibyte;

/** Most parts of one upload, a limit of S3 (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
export const mostParts = 10_000;

/**
 * Bytes of the part with this number, from 1. The length of a dump is not known before its end, so parts grow: small
 * ones keep memory flat for the first 120 GB (64 MiB at most), and ten thousand of them still hold 5 TiB.
 */
export function partSize(number: number): number {
  return Math.min(smallestPart * 2 ** Math.floor((number - 1) / partsPerSize), largestPart);
}
