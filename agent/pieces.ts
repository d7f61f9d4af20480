/** Bytes of a piece, above what any stream holds back: a compressor pays for each in a turn of another thread. */
export const pieceBytes = 1024 * 1024;

/**
 * Joins chunks into pieces of one length, the last one shorter. Two buffers take turns, so that the next piece fills
 * while one is worked on and nothing is allocated: a piece is valid until the next one is asked for, no longer. A
 * `pipeline` asks only when the stage behind has handled all of it, as a piece exceeds every high-water mark.
 */
export async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const fill = async (buffer: Buffer): Promise<Buffer> => {
    let used = 0;
    while (used < buffer.length) {
      if (rest.length === 0) {
        const next = await source.next();
        if (next.done === true) break;
        rest = next.value;
      }
      const taken = rest.copy(buffer, used);
      used += taken;
      rest = rest.subarray(taken);
    }
    return buffer.subarray(0, used);
  };
  const filling = (buffer: Buffer): Promise<Buffer> => {
    const piece = fill(buffer);
    // Whoever asks gets the error; nobody may, when the stage behind fails first.
    piece.catch(() => undefined);
    return piece;
  };
  let [current, other] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)];
  let next = filling(current);
  for (;;) {
    const piece = await next;
    if (piece.length === 0) return;
    [current, other] = [other, current];
    next = filling(current);
    yield piece;
  }
}
