/** Bytes of a piece: a compressor loses little at its edges, and each change between threads moves much. */
export const pieceBytes = 2 * 1024 * 1024;

/** Buffers that take turns: one fills while the others are worked on. */
const buffersInTurn = 4;

/**
 * Joins chunks into pieces of one length, the last one shorter, and gives what some work made of each, in their order. A few
 * buffers take turns, so that several pieces are worked on at once while the next one fills, and nothing is allocated for them: a
 * piece is its worker's until the work is done, no longer.
 */
export async function* inPieces(
  chunks: AsyncIterable<Buffer>,
  work: (piece: Buffer) => Promise<Buffer>,
): AsyncGenerator<Buffer> {
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
  const made = (buffer: Buffer): Promise<Buffer | undefined> => {
    const filled = last.then(() => fill(buffer));
    last = filled;
    const result = filled.then((piece) => (piece.length === 0 ? undefined : work(piece)));
    // Whoever asks gets the error; nobody may, when the stage behind fails first.
    result.catch(() => undefined);
    return result;
  };
  const turns = Array.from({ length: buffersInTurn }, () => {
    const buffer = Buffer.allocUnsafeSlow(pieceBytes);
    return { buffer, result: made(buffer) };
  });
  for (;;) {
    for (const turn of turns) {
      const result = await turn.result;
      if (result === undefined) return;
      // Its buffer is free before somebody has taken the result.
      turn.result = made(turn.buffer);
      yield result;
    }
  }
}
