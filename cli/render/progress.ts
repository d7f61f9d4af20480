/** Faster work needs no sign of life, in milliseconds. */
const SLOW = 1500;

/** Where progress is shown. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Says on a terminal what takes so long; returns what takes the line away again. */
export function showProgress(text: string, stream: ProgressStream): () => void {
  if (stream.isTTY !== true) return () => undefined;
  const started = Date.now();
  const update = (): void => {
    stream.write(`\r${text} (${String(Math.round((Date.now() - started) / 1000))} s)`);
  };
  let shown: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    update();
    shown = setInterval(update, 1000);
  }, SLOW);
  return () => {
    clearTimeout(first);
    clearInterval(shown);
    if (shown !== undefined) stream.write("\r\u001b[K");
  };
}
