/** How long something took, best of some rounds, and how many bytes it made. */
export interface Measured {
  readonly seconds: number;
  readonly bytes: number;
}

/** Does something once or more, one after the other, and keeps the shortest time. */
export function best(rounds: number, action: () => number): Measured {
  const runs = Array.from({ length: rounds }, () => {
    const began = process.hrtime.bigint();
    const bytes = action();
    return { seconds: Number(process.hrtime.bigint() - began) / 1e9, bytes };
  });
  return runs.reduce((one, other) => (one.seconds <= other.seconds ? one : other));
}
