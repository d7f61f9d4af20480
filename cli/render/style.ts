/** Marks up text for a terminal, or leaves it as it is. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
}

/** Colours where a terminal shows them and `NO_COLOR` is not set (https://no-color.org). */
export function styleFor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): Style {
  const noColor = environment["NO_COLOR"];
  const coloured = stream.isTTY === true && (noColor === undefined || noColor === "") && environment["TERM"] !== "dumb";
  const code =
    (open: number, close: number) =>
    (text: string): string =>
      coloured ? `\u001b[${String(open)}m${text}\u001b[${String(close)}m` : text;
  return { bold: code(1, 22), dim: code(2, 22), red: code(31, 39), yellow: code(33, 39), green: code(32, 39) };
}
