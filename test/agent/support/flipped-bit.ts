/** The same bytes, but for one bit of the one at this position; of the last one, counted from behind, where it is negative. */
export function flippedBit(bytes: Buffer, position: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = position < 0 ? copy.length + position : Math.floor(position);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
