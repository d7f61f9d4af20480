import { PRINTED_SECRET, type WireMap, type WireValue } from "./wire-value.js";

/** Shorter texts are too common to be taken out of other texts; a whole value is always compared. */
const SHORTEST_CONFIGURED = 3;
const SHORTEST_SEEN = 6;
const SHORTEST_LINE = 8;

/** Keeps secrets out of what is printed: texts of the program, its errors, and values that lost their mark. */
export class Redaction {
  readonly #configured: readonly string[];
  readonly #seen = new Set<string>();

  /** Takes the clear texts of the configuration's secrets. */
  constructor(configured: readonly string[]) {
    this.#configured = forms(configured, SHORTEST_CONFIGURED);
  }

  /** Adds texts that the program itself has marked as secret; they are kept out of free text only. */
  addSeen(texts: Iterable<string>): void {
    for (const text of forms([...texts], SHORTEST_SEEN)) this.#seen.add(text);
  }

  /** Free text: output and errors of the program. */
  text(text: string): string {
    return replaceAll(replaceAll(text, this.#configured), byLength(this.#seen));
  }

  /** A printable value: configured secrets go, at any depth. */
  value(value: WireValue): WireValue {
    if (this.#configured.length === 0) return value;
    if (typeof value === "string") return replaceAll(value, this.#configured);
    if (Array.isArray(value)) return value.map((part: WireValue) => this.value(part));
    if (typeof value !== "object" || value === null) return value;
    return this.map(value as WireMap);
  }

  /** `value` for every property. */
  map(map: WireMap): WireMap {
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, this.value(value)]));
  }
}

/** A secret as it is, line by line where it has several, as JSON text and in base64. */
function forms(secrets: readonly string[], shortest: number): readonly string[] {
  const all = secrets
    .filter((secret) => secret.length >= shortest && secret !== PRINTED_SECRET)
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString("base64"),
      ...secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE),
    ]);
  return byLength(new Set(all));
}

function byLength(texts: ReadonlySet<string>): readonly string[] {
  return [...texts].sort((left, right) => right.length - left.length);
}

function replaceAll(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.split(secret).join(PRINTED_SECRET), text);
}
