import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, join, resolve } from "node:path";
import { UsageError } from "../usage-error.js";
import { describeYaml, isYamlMap, readYamlFile, type YamlValue } from "./yaml-file.js";

/** One entry of a project's `config:`: a declaration with a default, or a value. */
export interface ProjectConfigEntry {
  readonly type?: string;
  readonly items?: YamlValue;
  readonly default?: YamlValue;
  readonly value?: YamlValue;
  readonly secret?: boolean;
}

/** What `Pulumi.yaml` says, as far as a preview needs it. */
export interface Project {
  readonly name: string;
  /** The file itself. */
  readonly file: string;
  /** Folder of the file. */
  readonly root: string;
  /** Folder in which the program runs. */
  readonly workingDirectory: string;
  /** Entry point, relative to `workingDirectory`; `.` where package.json decides. */
  readonly entryPoint: string;
  readonly typescript: boolean;
  /** Arguments for node itself. */
  readonly nodeArguments: readonly string[];
  /** Path of the tsconfig to use, where one is named. */
  readonly tsconfig?: string;
  readonly config: Readonly<Record<string, ProjectConfigEntry>>;
  /** Folder of the stack files. */
  readonly stackDirectory: string;
}

/** Names of the project file, in the order in which Pulumi looks for them. */
const PROJECT_FILES = ["Pulumi.json", "Pulumi.yaml", "Pulumi.yml"];

/** Finds the project of a folder (in it or above it) and reads it; throws a `UsageError` with all problems. */
export function loadProject(directory: string): Project {
  const from = resolve(directory);
  if (!existsSync(from))
    throw new UsageError([`${directory} must be a folder with a Pulumi program, got no such folder`]);
  const file = statSync(from).isDirectory() ? findProjectFile(from) : projectFileItself(from);
  if (file === undefined) {
    throw new UsageError([
      `${directory} must hold a Pulumi.yaml (it, or a folder above it), got none; name the folder of a Pulumi program`,
    ]);
  }
  const { value, problems } = readYamlFile(file);
  if (problems.length > 0) throw new UsageError(problems);
  return parseProject(value, file);
}

/** Reads the contents of a project file. */
export function parseProject(value: YamlValue, file: string): Project {
  if (!isYamlMap(value)) throw new UsageError([`${file} must be a mapping, got ${describeYaml(value)}`]);
  const problems: string[] = [];
  const name = value["name"];
  if (typeof name !== "string" || name === "") {
    problems.push(`${file}: name must be a text, got ${describeYaml(name)}`);
  }
  const runtime = parseRuntime(value["runtime"], file, problems);
  const root = dirname(file);
  const { workingDirectory, entryPoint } = locateProgram(root, value["main"], file, problems);
  const legacyConfigDirectory = typeof value["config"] === "string" ? value["config"] : undefined;
  const stackDirectory = value["stackConfigDir"] ?? legacyConfigDirectory ?? ".";
  if (typeof stackDirectory !== "string") {
    problems.push(`${file}: stackConfigDir must be a text, got ${describeYaml(stackDirectory)}`);
  }
  const projectName = typeof name === "string" ? name : "";
  const config =
    legacyConfigDirectory === undefined ? parseConfigEntries(projectName, value["config"], file, problems) : {};
  if (problems.length > 0) throw new UsageError(problems);
  return {
    name: projectName,
    file,
    root,
    workingDirectory,
    entryPoint,
    ...runtime,
    config,
    stackDirectory: resolve(root, typeof stackDirectory === "string" ? stackDirectory : "."),
  };
}

/** Names of the stacks that have a file, in alphabetical order. */
export function stacksOf(project: Project): readonly string[] {
  if (!existsSync(project.stackDirectory)) return [];
  const names = readdirSync(project.stackDirectory)
    .map((file) => /^Pulumi\.(.+)\.(?:yaml|yml|json)$/.exec(file)?.[1])
    .filter((name) => name !== undefined);
  return [...new Set(names)].sort();
}

/** File of a stack, where it has one. */
export function stackFileOf(project: Project, stack: string): string | undefined {
  const extensions = [...new Set([extname(project.file), ".yaml", ".yml", ".json"])];
  return extensions
    .map((ext) => join(project.stackDirectory, `Pulumi.${stack}${ext}`))
    .find((path) => existsSync(path));
}

function findProjectFile(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = PROJECT_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(folder) === folder) return undefined;
  }
}

function projectFileItself(path: string): string | undefined {
  return PROJECT_FILES.includes(basename(path)) ? path : undefined;
}

function parseRuntime(
  value: YamlValue | undefined,
  file: string,
  problems: string[],
): Pick<Project, "typescript" | "nodeArguments" | "tsconfig"> {
  const name = isYamlMap(value) ? value["name"] : value;
  const given = isYamlMap(value) ? value["options"] : undefined;
  const options = isYamlMap(given) ? given : {};
  if (name !== "nodejs") {
    problems.push(
      `${file}: runtime must be nodejs (preview runs TypeScript and JavaScript programs), got ${describeYaml(name)}`,
    );
  }
  const nodeArguments = options["nodeargs"];
  return {
    typescript: options["typescript"] !== false && options["typescript"] !== "false",
    nodeArguments: typeof nodeArguments === "string" ? splitArguments(nodeArguments) : [],
    ...(typeof options["tsconfig"] === "string" ? { tsconfig: options["tsconfig"] } : {}),
  };
}

/** Splits a command line as a shell would: blanks separate, quotes keep together. */
export function splitArguments(text: string): readonly string[] {
  const parts = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return parts.map((part) => part.replace(/"([^"]*)"|'([^']*)'/g, (_all, double, single) => String(double ?? single)));
}

function locateProgram(
  root: string,
  main: YamlValue | undefined,
  file: string,
  problems: string[],
): Pick<Project, "workingDirectory" | "entryPoint"> {
  if (main === undefined || main === null || main === "") return { workingDirectory: root, entryPoint: "." };
  if (typeof main !== "string") {
    problems.push(`${file}: main must be a text, got ${describeYaml(main)}`);
    return { workingDirectory: root, entryPoint: "." };
  }
  const path = isAbsolute(main) ? main : join(root, main);
  if (!existsSync(path)) {
    problems.push(
      `${file}: main must name an existing file or folder, got ${JSON.stringify(main)}; build the program first, or correct the path`,
    );
    return { workingDirectory: root, entryPoint: "." };
  }
  return statSync(path).isDirectory()
    ? { workingDirectory: path, entryPoint: "." }
    : { workingDirectory: dirname(path), entryPoint: basename(path) };
}

function parseConfigEntries(
  project: string,
  value: YamlValue | undefined,
  file: string,
  problems: string[],
): Record<string, ProjectConfigEntry> {
  if (value === undefined || value === null) return {};
  if (!isYamlMap(value)) {
    problems.push(`${file}: config must be a mapping, got ${describeYaml(value)}`);
    return {};
  }
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, parseConfigEntry(project, key, entry)]));
}

function parseConfigEntry(project: string, key: string, entry: YamlValue): ProjectConfigEntry {
  if (isYamlMap(entry)) return entry;
  // The short form: a default for a key of the project itself, a value for another namespace.
  const ownKey = !key.includes(":") || key.startsWith(`${project}:`);
  return ownKey ? { default: entry } : { value: entry };
}
