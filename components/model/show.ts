const longest = 80;

/** A value as a message shows it: JSON of at most 80 letters. */
export function show(value: unknown): string {
  const text = jsonOf(value);
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** `1 copy`, `2 copies`. */
export function counted(count: number, one: string, many: string): string {
  return count === 1 ? `${count} ${one}` : `${count} ${many}`;
}

/** What JSON has no text for (a function, a big integer, an object that holds itself) is named by its type. */
function jsonOf(value: unknown): string {
  if (value === undefined || typeof value === "function" || typeof value === "bigint" || typeof value === "symbol") {
    return typeof value;
  }
  if (typeof value === "number") {
    return String(value);
  }
  try {
    return JSON.stringify(value);
  } catch {
    return "object";
  }
}
