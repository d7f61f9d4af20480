import { isYamlMap, readYamlFile, describeYaml, type YamlValue } from "../project/yaml-file.js";
import { UsageError } from "../usage-error.js";
import { secretValue, UNKNOWN, type WireMap, type WireValue } from "./wire-value.js";

/** Outputs of other stacks, by the name that a program gives to `new StackReference(...)`. */
export type StackReferenceAnswers = ReadonlyMap<string, YamlValue>;

/**
 * Reads `{ "<organization>/<project>/<stack>": { <output>: <value> } }`; an output that is written as
 * `{ secret: <value> }` is a secret. Throws a `UsageError` with all problems.
 */
export function readStackReferences(file: string | undefined): StackReferenceAnswers {
  if (file === undefined) return new Map();
  const { value, problems } = readYamlFile(file);
  if (problems.length > 0) throw new UsageError(problems);
  if (!isYamlMap(value)) {
    throw new UsageError([`${file} must map stack names to their outputs, got ${describeYaml(value)}`]);
  }
  const wrong = Object.entries(value).filter(([, outputs]) => !isYamlMap(outputs));
  if (wrong.length > 0) {
    throw new UsageError(
      wrong.map(([name, got]) => `${file}: ${name} must map outputs to values, got ${describeYaml(got)}`),
    );
  }
  return new Map(Object.entries(value));
}

/** The properties of a stack reference; all outputs are unknown where the file does not know the stack. */
export function stackReferenceState(answers: StackReferenceAnswers, name: WireValue): WireMap {
  const outputs = typeof name === "string" ? findOutputs(answers, name) : undefined;
  if (!isYamlMap(outputs)) return { name, outputs: UNKNOWN, secretOutputNames: UNKNOWN };
  const entries = Object.entries(outputs).map(([key, value]) => [key, secretOf(value), value] as const);
  return {
    name,
    outputs: Object.fromEntries(
      entries.map(([key, secret, value]) => [key, secret === undefined ? toWire(value) : secretValue(toWire(secret))]),
    ),
    secretOutputNames: entries.filter(([, secret]) => secret !== undefined).map(([key]) => key),
  };
}

/** `acme/shop/production` is found as it is, as `shop/production` and as `production`, and the other way round. */
function findOutputs(answers: StackReferenceAnswers, name: string): YamlValue | undefined {
  const exact = answers.get(name);
  if (exact !== undefined) return exact;
  const parts = name.split("/");
  const shorter = parts
    .map((_part, index) => answers.get(parts.slice(index).join("/")))
    .find((found) => found !== undefined);
  if (shorter !== undefined) return shorter;
  const longer = [...answers].filter(([key]) => key.endsWith(`/${name}`));
  return longer.length === 1 ? longer[0]?.[1] : undefined;
}

function secretOf(value: YamlValue): YamlValue | undefined {
  if (!isYamlMap(value)) return undefined;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === "secret" ? value["secret"] : undefined;
}

function toWire(value: YamlValue): WireValue {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map((part) => toWire(part as YamlValue));
  if (isYamlMap(value)) return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toWire(part)]));
  return value as WireValue;
}
