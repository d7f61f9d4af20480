import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";

/** Any value of a YAML or JSON file. */
export type YamlValue =
  null | boolean | number | bigint | string | readonly YamlValue[] | { readonly [key: string]: YamlValue };

/** What a file holds, or everything that is wrong with it. */
export interface YamlFile {
  readonly value: YamlValue;
  readonly problems: readonly string[];
}

/** Reads a YAML (or JSON, which is YAML) file; problems carry the file's name, line and column. */
export function readYamlFile(path: string): YamlFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return { value: null, problems: [`${path} must be a readable file, got ${reasonOf(error)}`] };
  }
  return parseYaml(text, path);
}

/** Parses YAML text; `name` is what problems call it. */
export function parseYaml(text: string, name: string): YamlFile {
  const lines = new LineCounter();
  // Pulumi reads YAML with Go's yaml.v3: merge keys work, and 64-bit numbers keep their digits.
  const document = parseDocument(text, { merge: true, lineCounter: lines, intAsBigInt: true, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return `${name}:${String(line)}:${String(col)} must be valid YAML, got: ${error.message}`;
    });
    return { value: null, problems };
  }
  try {
    return { value: document.toJS() as YamlValue, problems: [] };
  } catch (error) {
    return { value: null, problems: [`${name} must be valid YAML, got: ${reasonOf(error)}`] };
  }
}

/** Whether a value is a mapping. */
export function isYamlMap(value: YamlValue | undefined): value is { readonly [key: string]: YamlValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names a value's type for a message: `a list`, `the text "x"`. */
export function describeYaml(value: YamlValue | undefined): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
