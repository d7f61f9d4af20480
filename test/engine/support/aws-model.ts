import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** One shape of AWS's own description of a service, as its SDKs carry it. */
interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
}

interface Description {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Names of the provider's inputs whose member in the service is called otherwise. */
export type Renamed = Readonly<Record<string, string>>;

/**
 * Requests of a service as its model describes them: the provider's inputs become members, and whatever the model does
 * not allow (a name, a type, a value outside of its list, pattern or range, a member left out) is an error.
 */
export class ServiceModel {
  readonly #description: Description;

  constructor(readonly service: string) {
    const folder = join(dataFolder(), service);
    const version = readdirSync(folder).sort().at(-1)!;
    this.#description = JSON.parse(
      gunzipSync(readFileSync(join(folder, version, "service-2.json.gz"))).toString("utf8"),
    ) as Description;
  }

  /** The request of an operation; throws with everything that the model refuses. */
  request(
    operation: string,
    inputs: Readonly<Record<string, unknown>>,
    renamed: Renamed = {},
  ): Record<string, unknown> {
    const found = this.#description.operations[operation];
    if (found === undefined) throw new Error(`${this.service} has no operation ${operation}`);
    if (found.input === undefined) return {};
    const problems: string[] = [];
    const request = this.#convert(found.input.shape, inputs, operation, renamed, problems);
    if (problems.length > 0) throw new Error(`${this.service} refuses ${operation}:\n${problems.join("\n")}`);
    return request as Record<string, unknown>;
  }

  #convert(name: string, value: unknown, path: string, renamed: Renamed, problems: string[]): unknown {
    const shape = this.#description.shapes[name]!;
    switch (shape.type) {
      case "structure":
        return this.#structure(shape, value, path, renamed, problems);
      case "list":
        return this.#list(shape, value, path, renamed, problems);
      case "map":
        return Object.fromEntries(
          Object.entries(value as object).map(([key, one]) => [
            key,
            this.#convert(shape.value!.shape, one, `${path}.${key}`, renamed, problems),
          ]),
        );
      default:
        problems.push(...scalarProblems(shape, value, path));
        return value;
    }
  }

  #structure(shape: Shape, value: unknown, path: string, renamed: Renamed, problems: string[]): unknown {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.push(`${path} must be a structure, got ${JSON.stringify(value)}`);
      return value;
    }
    const members = Object.keys(shape.members ?? {});
    const result: Record<string, unknown> = {};
    for (const [key, one] of Object.entries(value)) {
      if (one === undefined || one === null) continue;
      const wanted = (renamed[key] ?? key).toLowerCase();
      const member = members.find((name) => name.toLowerCase() === wanted);
      if (member === undefined) problems.push(`${path} has no ${key}`);
      else result[member] = this.#convert(shape.members![member]!.shape, one, `${path}.${member}`, renamed, problems);
    }
    for (const member of shape.required ?? [])
      if (result[member] === undefined) problems.push(`${path} lacks ${member}`);
    return result;
  }

  /** The provider writes tags and dimensions as a map, and a list that holds one as the one. */
  #list(shape: Shape, value: unknown, path: string, renamed: Renamed, problems: string[]): unknown {
    const element = this.#description.shapes[shape.member!.shape]!;
    const pair = pairs.find((names) => names.every((name) => element.members?.[name] !== undefined));
    let list: unknown[];
    if (Array.isArray(value)) list = value as unknown[];
    else if (pair !== undefined)
      list = Object.entries(value as object).map(([key, one]) => ({ [pair[0]]: key, [pair[1]]: one as unknown }));
    else list = [value];
    problems.push(...rangeProblems(shape, list.length, `${path} (length)`));
    return list.map((one, index) => this.#convert(shape.member!.shape, one, `${path}[${index}]`, renamed, problems));
  }
}

/** Members of the elements of a list that the provider writes as a map. */
const pairs = [
  ["Key", "Value"],
  ["TagKey", "TagValue"],
  ["Name", "Value"],
] as const;

const types: Readonly<Record<string, string>> = {
  string: "string",
  integer: "number",
  long: "number",
  double: "number",
  float: "number",
  boolean: "boolean",
};

function scalarProblems(shape: Shape, value: unknown, path: string): string[] {
  const type = types[shape.type];
  if (type === undefined) return [];
  if (typeof value !== type) return [`${path} must be a ${shape.type}, got ${JSON.stringify(value)}`];
  if (typeof value === "number") return rangeProblems(shape, value, path);
  if (typeof value !== "string") return [];
  const problems = rangeProblems(shape, value.length, `${path} (length)`);
  if (shape.enum !== undefined && !shape.enum.includes(value))
    problems.push(`${path} must be one of ${shape.enum.join(", ")}, got ${value}`);
  if (shape.pattern !== undefined && !expression(shape.pattern).test(value))
    problems.push(`${path} must match ${shape.pattern}, got ${value}`);
  return problems;
}

/** Some patterns name letters of Unicode, in Java's words; others escape what only the plain syntax lets one escape. */
function expression(pattern: string): RegExp {
  const text = `^(?:${pattern.replaceAll("\\p{all}", "\\p{Any}")})$`;
  return new RegExp(text, text.includes("\\p{") ? "u" : "");
}

function rangeProblems({ min, max }: Shape, value: number, path: string): string[] {
  if (min !== undefined && value < min) return [`${path} must be at least ${min}, got ${value}`];
  return max !== undefined && value > max ? [`${path} must be at most ${max}, got ${value}`] : [];
}

let folder: string | undefined;

/** Where the descriptions are: with the Python SDK that the stand-in servers are built on. */
function dataFolder(): string {
  folder ??= execFileSync(
    "sh",
    [
      "-c",
      '"$(dirname "$(readlink -f "$(command -v moto_server)")")/python3" -c "import botocore; print(botocore.__path__[0])"',
    ],
    { encoding: "utf8" },
  ).trim();
  return join(folder, "data");
}
