import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";

const file = join(__dirname, "..", "results.md");
const head = `# Results of the benches

Each section is written by its bench: \`npm run bench:agent\`. Ratios compare times of one run on one machine; the load
at its beginning says how much else ran beside it.
`;

/** Puts a table into results.md, in place of the one of this title. */
export function writeResults(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const table = [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
  const section = `## ${title}\n\n${machine()}\n\n${table}\n`;
  const others = existing().filter((other) => !other.startsWith(`## ${title}\n`));
  writeFileSync(file, [head, ...others, section].join("\n"));
  console.log(section);
}

/** Seconds as the tables show them. */
export function seconds(value: number): string {
  return value.toFixed(2);
}

const load = loadavg()[0] ?? 0;

function machine(): string {
  const processors = cpus();
  const date = new Date().toISOString().slice(0, 10);
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${date}, ${String(processors.length)} x ${processors[0]?.model ?? "processor"}, ${String(memory)} GiB, load ${load.toFixed(1)} at the beginning.`;
}

function existing(): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split(/^(?=## )/m)
    .slice(1)
    .map((section) => `${section.trimEnd()}\n`);
}
