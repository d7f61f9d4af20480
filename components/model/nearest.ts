/**
 * The choice that a misspelt word most likely meant, or `undefined` where none is near: at most a third of the longer
 * word's letters (one at least) inserted, left out, replaced or swapped with their neighbour. Upper and lower case do
 * not count. Of equally near choices the first; where none is near, the first that begins with the word (three letters
 * at least): `prod` means `production`.
 */
export function nearest(word: string, choices: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const choice of choices) {
    const allowed = Math.max(1, Math.floor(Math.max(word.length, choice.length) / 3));
    if (Math.abs(word.length - choice.length) > Math.min(allowed, bestDistance - 1)) {
      continue;
    }
    const distance = editDistance(wanted, choice.toLowerCase());
    if (distance <= allowed && distance < bestDistance) {
      best = choice;
      bestDistance = distance;
    }
  }
  return best ?? (word.length < 3 ? undefined : choices.find((choice) => choice.toLowerCase().startsWith(wanted)));
}

/** What a message advises for a word that is none of the choices: the nearest of them, or all. */
export function choose(word: string, choices: readonly string[]): string {
  const near = nearest(word, choices);
  return near === undefined ? `use one of ${choices.join(", ")}` : `write ${near}`;
}

/** Edits (insert, leave out, replace, swap neighbours) that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] as number;
}
