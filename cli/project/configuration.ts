import type { Project } from "./project-file.js";
import { describeYaml, isYamlMap, readYamlFile, type YamlValue } from "./yaml-file.js";

/** Stands for a configured secret that only Pulumi's own key could decrypt. */
export const SECRET_PLACEHOLDER = "[secret]";

/** The configuration of one stack as the language host hands it to a program. */
export interface Configuration {
  /** `namespace:name` -> text; what is not a text is JSON. */
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Keys whose values are encrypted; their value here is, or contains, `[secret]`. */
  readonly undecryptedKeys: readonly string[];
  /** Clear texts of secrets, to keep out of everything that is printed. */
  readonly secretTexts: readonly string[];
  /** What a user should know, such as an ESC environment that cannot be opened offline. */
  readonly notes: readonly string[];
  /** Pulumi's own complaints about the configuration: missing declared keys, values of a wrong type. */
  readonly complaints: readonly string[];
}

/** Values given on the command line: they win over every file. */
export interface ConfigurationOverrides {
  /** Further files of the form of `Pulumi.<stack>.yaml`; later ones win. */
  readonly files: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** The configuration, or all problems of the files it comes from. */
export interface ConfigurationResult {
  readonly configuration: Configuration;
  readonly problems: readonly string[];
}

interface MutableConfiguration {
  readonly values: Map<string, YamlValue>;
  readonly secretKeys: Set<string>;
  readonly undecryptedKeys: Set<string>;
  readonly secretTexts: Set<string>;
  readonly notes: string[];
  readonly complaints: string[];
}

/** Merges the stack's file, further files, command line values and the project's defaults. */
export function resolveConfiguration(
  project: Project,
  stack: string,
  stackFile: string | undefined,
  overrides: ConfigurationOverrides,
): ConfigurationResult {
  const problems: string[] = [];
  const merged: MutableConfiguration = {
    values: new Map(),
    secretKeys: new Set(),
    undecryptedKeys: new Set(),
    secretTexts: new Set(),
    notes: [],
    complaints: [],
  };
  for (const file of [...(stackFile === undefined ? [] : [stackFile]), ...overrides.files]) {
    applyStackFile(project, file, merged, problems);
  }
  for (const [key, value] of Object.entries(overrides.values)) setValue(merged, fullKey(project.name, key), value);
  for (const [key, value] of Object.entries(overrides.secrets)) {
    setValue(merged, fullKey(project.name, key), value);
    merged.secretKeys.add(fullKey(project.name, key));
    if (value !== "") merged.secretTexts.add(value);
  }
  applyProject(project, stack, merged);
  const configuration: Configuration = {
    values: Object.fromEntries([...merged.values].map(([key, value]) => [key, configText(value)])),
    secretKeys: [...merged.secretKeys],
    undecryptedKeys: [...merged.undecryptedKeys],
    secretTexts: [...merged.secretTexts],
    notes: merged.notes,
    complaints: merged.complaints,
  };
  return { configuration, problems };
}

/** A configuration value as the text that a program sees: a text as it is, everything else as JSON. */
export function configText(value: YamlValue): string {
  return typeof value === "string" ? value : JSON.stringify(sortKeys(value), (_key, part: unknown) => unbigint(part));
}

function applyStackFile(project: Project, file: string, merged: MutableConfiguration, problems: string[]): void {
  const read = readYamlFile(file);
  problems.push(...read.problems);
  if (read.value === null) return;
  if (!isYamlMap(read.value)) {
    problems.push(`${file} must be a mapping, got ${describeYaml(read.value)}`);
    return;
  }
  noteEnvironment(file, read.value["environment"], project, merged);
  const config = read.value["config"];
  if (config === undefined || config === null) return;
  if (!isYamlMap(config)) {
    problems.push(`${file}: config must be a mapping, got ${describeYaml(config)}`);
    return;
  }
  for (const [key, value] of Object.entries(config)) {
    const parts = key.split(":");
    if (parts.length > 3 || (parts.length === 3 && parts[1] !== "config")) {
      problems.push(`${file}: config key ${JSON.stringify(key)} must be of the form <namespace>:<name>`);
      continue;
    }
    setStackValue(merged, fullKey(project.name, key), value);
  }
}

function setStackValue(merged: MutableConfiguration, key: string, value: YamlValue): void {
  const masked = maskSecure(value);
  setValue(merged, key, masked.value);
  if (!masked.secure) return;
  merged.secretKeys.add(key);
  merged.undecryptedKeys.add(key);
}

function setValue(merged: MutableConfiguration, key: string, value: YamlValue): void {
  merged.values.set(key, value);
  merged.secretKeys.delete(key);
  merged.undecryptedKeys.delete(key);
}

/** Replaces every `{ secure: ... }` by the placeholder. */
function maskSecure(value: YamlValue): { value: YamlValue; secure: boolean } {
  if (Array.isArray(value)) {
    const parts = value.map((part) => maskSecure(part as YamlValue));
    return { value: parts.map((part) => part.value), secure: parts.some((part) => part.secure) };
  }
  if (!isYamlMap(value)) return { value, secure: false };
  const keys = Object.keys(value);
  if (keys.length === 1 && keys[0] === "secure" && typeof value["secure"] === "string") {
    return { value: SECRET_PLACEHOLDER, secure: true };
  }
  const parts = Object.entries(value).map(([key, part]) => [key, maskSecure(part)] as const);
  return {
    value: Object.fromEntries(parts.map(([key, part]) => [key, part.value])),
    secure: parts.some(([, part]) => part.secure),
  };
}

/** An inline environment's `pulumiConfig` is used where it is plain; imported environments live in Pulumi ESC. */
function noteEnvironment(
  file: string,
  environment: YamlValue | undefined,
  project: Project,
  merged: MutableConfiguration,
): void {
  const inline = isYamlMap(environment) ? environment["values"] : undefined;
  const config = isYamlMap(inline) ? inline["pulumiConfig"] : undefined;
  if (isYamlMap(config)) {
    for (const [key, value] of Object.entries(config)) setStackValue(merged, fullKey(project.name, key), value);
  }
  const imports = Array.isArray(environment)
    ? environment
    : isYamlMap(environment)
      ? environment["imports"]
      : undefined;
  if (Array.isArray(imports) && imports.length > 0) {
    const names = imports.map((name) => describeYaml(name as YamlValue)).join(", ");
    merged.notes.push(
      `${file}: the environments ${names} cannot be opened offline; give their values with --config-value`,
    );
  }
}

function applyProject(project: Project, stack: string, merged: MutableConfiguration): void {
  const missing: string[] = [];
  for (const key of Object.keys(project.config).sort()) {
    const entry = project.config[key];
    if (entry === undefined) continue;
    const name = fullKey(project.name, key);
    const fallback = entry.default ?? entry.value;
    if (!merged.values.has(name)) {
      if (fallback !== undefined && fallback !== null) setStackValue(merged, name, fallback);
      else if (name.startsWith(`${project.name}:`)) missing.push(key);
    }
    const value = merged.values.get(name);
    if (value === undefined) continue;
    if (entry.secret === true) markSecret(merged, name, value);
    const complaint = typeComplaint(stack, key, entry, value, merged.undecryptedKeys.has(name));
    if (complaint !== undefined) merged.complaints.push(complaint);
  }
  if (missing.length > 0) merged.complaints.push(missingComplaint(stack, missing));
}

function markSecret(merged: MutableConfiguration, key: string, value: YamlValue): void {
  merged.secretKeys.add(key);
  const text = configText(value);
  if (text !== "" && !merged.undecryptedKeys.has(key)) merged.secretTexts.add(text);
}

function typeComplaint(
  stack: string,
  key: string,
  entry: { readonly type?: string; readonly items?: YamlValue },
  value: YamlValue,
  undecrypted: boolean,
): string | undefined {
  if (entry.type === undefined || undecrypted || hasType(entry.type, entry.items, value)) return undefined;
  return `Stack '${stack}' with configuration key '${key}' must be of type '${typeName(entry.type, entry.items)}'`;
}

function hasType(type: string, items: YamlValue | undefined, value: YamlValue): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return typeof value === "bigint" || Number.isInteger(typeof value === "string" ? Number(value) : value);
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "object":
      return isYamlMap(value);
    case "array": {
      if (!Array.isArray(value)) return false;
      if (!isYamlMap(items) || typeof items["type"] !== "string") return true;
      const itemType = items["type"];
      return value.every((item) => hasType(itemType, items["items"], item as YamlValue));
    }
    default:
      return true;
  }
}

function typeName(type: string, items: YamlValue | undefined): string {
  if (!isYamlMap(items) || typeof items["type"] !== "string") return type;
  return `array<${typeName(items["type"], items["items"])}>`;
}

function missingComplaint(stack: string, keys: readonly string[]): string {
  const quoted = keys.map((key) => `'${key}'`);
  const last = quoted[quoted.length - 1] ?? "";
  const list = quoted.length === 1 ? last : `${quoted.slice(0, -1).join(", ")} and ${last}`;
  return `Stack '${stack}' is missing configuration ${quoted.length === 1 ? "value" : "values"} ${list}`;
}

/** `name` -> `project:name`; `ns:config:name` -> `ns:name`. */
function fullKey(project: string, key: string): string {
  const parts = key.split(":");
  if (parts.length === 1) return `${project}:${key}`;
  return parts.length === 3 && parts[1] === "config" ? `${parts[0] ?? ""}:${parts[2] ?? ""}` : key;
}

function sortKeys(value: YamlValue): YamlValue {
  if (Array.isArray(value)) return value.map((part) => sortKeys(part as YamlValue));
  if (!isYamlMap(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortKeys(value[key] ?? null)]),
  );
}

function unbigint(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}
