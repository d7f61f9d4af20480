/** Bytes of a piece, above what any stream holds back: a compressor pays for each in a turn of another thread. */
export const pieceBytes = 2 * 1024 * 1024;

/** Buffers that take turns: one is worked on while the others fill, so that neither side waits for each step of the other. */
const buffersInTurn = 3;

/**
 * Joins chunks into pieces of one length, the last one shorter. A few buffers take turns, so that nothing is allocated: a
 * piece is valid until the next one is asked for, no longer. A `pipeline` asks only when the stage behind has handled all of it, as
 * a piece exceeds every high-water mark.
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
  let last: Promise<unknown> = Promise.resolve();
  const filling = (buffer: Buffer): Promise<Buffer> => {
    const piece = last.then(() => fill(buffer));
    last = piece;
    // Whoever asks gets the error; nobody may, when the stage behind fails first.
    piece.catch(() => undefined);
    return piece;
  };
  const turns = Array.from({ length: buffersInTurn }, () => {
    const buffer = Buffer.allocUnsafeSlow(pieceBytes);
    return { buffer, piece: filling(buffer) };
  });
  for (;;) {
    for (const turn of turns) {
      const piece = await turn.piece;
      if (piece.length === 0) return;
      yield piece;
      turn.piece = filling(turn.buffer);
    }
  }
}
