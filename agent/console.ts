/** Shortest secret that is worth hiding; replacing shorter ones would only garble the text. */
const shortestSecret = 4;

/** Keys that are known by their form: of age (`AGE-SECRET-KEY-1...`) and of minisign (`Ed`, no password, `B2`). */
const secretForms = [/AGE-SECRET-KEY-[0-9A-Z-]+/g, /RWQAAEIy[A-Za-z0-9+/=]+/g];

const secrets = new Set<string>();

/** Remembers a secret, so that no line printed from now on can hold it. */
export function hideSecret(secret: string): void {
  if (secret.length >= shortestSecret) secrets.add(secret);
}

/** The text with every known secret replaced. */
export function withoutSecrets(text: string): string {
  let clean = secretForms.reduce((before, form) => before.replace(form, "[secret]"), text);
  for (const secret of secrets) clean = clean.replaceAll(secret, "[secret]");
  return clean;
}

/** One line for people, on stderr. */
export function say(line: string): void {
  process.stderr.write(`${withoutSecrets(line)}\n`);
}

/** Seconds between two lines of progress. */
const progressIntervalSeconds = 10;

/** Reports a growing number of bytes, at most once per {@link progressIntervalSeconds}. */
export class Progress {
  private last = Date.now();

  /** @param all How many bytes there will be, where that is known. */
  constructor(
    private readonly label: string,
    private readonly all?: number,
  ) {}

  /** Tells how far it has come. */
  report(bytes: number): void {
    const now = Date.now();
    if (now - this.last < progressIntervalSeconds * 1000) return;
    this.last = now;
    const share = this.all === undefined ? "" : ` of ${megabytes(this.all)}`;
    say(`${this.label}: ${megabytes(bytes)}${share}`);
  }
}

/** Bytes as text in units that people read. */
export function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${bytes} bytes` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
