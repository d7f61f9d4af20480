import { describeYaml, isYamlMap, readYamlFile, type YamlValue } from "../project/yaml-file.js";
import { UsageError } from "../usage-error.js";
import { isPlainMap, type WireMap, type WireValue } from "./wire-value.js";

/** What provider functions answer, by token (`aws:index/getRegion:getRegion`). */
export type InvokeAnswers = ReadonlyMap<string, readonly InvokeAnswer[]>;

/** One answer; `args` are the arguments that must be the same for it to count. */
export interface InvokeAnswer {
  readonly args: WireMap;
  readonly result: WireMap;
}

/**
 * Reads `{ "<token>": <result> }` or `{ "<token>": [{ args: {...}, result: {...} }] }`. Throws a `UsageError` with all
 * problems.
 */
export function readInvokeAnswers(file: string | undefined): InvokeAnswers {
  if (file === undefined) return new Map();
  const { value, problems } = readYamlFile(file);
  if (problems.length > 0) throw new UsageError(problems);
  if (!isYamlMap(value)) {
    throw new UsageError([`${file} must map function tokens to results, got ${describeYaml(value)}`]);
  }
  const found: string[] = [];
  const answers = Object.entries(value).map(
    ([token, entry]) => [token, parseAnswers(file, token, entry, found)] as const,
  );
  if (found.length > 0) throw new UsageError(found);
  return new Map(answers);
}

/** The first answer whose arguments agree with those of the call. */
export function findInvokeAnswer(answers: InvokeAnswers, token: string, args: WireMap): WireMap | undefined {
  return answers.get(token)?.find((answer) => agrees(answer.args, args))?.result;
}

function parseAnswers(file: string, token: string, entry: YamlValue, problems: string[]): readonly InvokeAnswer[] {
  if (isYamlMap(entry)) return [{ args: {}, result: toWireMap(entry) }];
  if (!Array.isArray(entry)) {
    problems.push(`${file}: ${token} must be a result or a list of { args, result }, got ${describeYaml(entry)}`);
    return [];
  }
  return entry.flatMap((item: YamlValue, index) => {
    const result = isYamlMap(item) ? item["result"] : undefined;
    const args = isYamlMap(item) ? (item["args"] ?? {}) : undefined;
    if (isYamlMap(result) && isYamlMap(args)) return [{ args: toWireMap(args), result: toWireMap(result) }];
    problems.push(`${file}: ${token}[${String(index)}] must be { args, result }, got ${describeYaml(item)}`);
    return [];
  });
}

function toWireMap(map: Readonly<Record<string, YamlValue>>): WireMap {
  return JSON.parse(
    JSON.stringify(map, (_key, part: unknown) => (typeof part === "bigint" ? Number(part) : part)),
  ) as WireMap;
}

function agrees(expected: WireValue, actual: WireValue | undefined): boolean {
  if (Array.isArray(expected)) {
    const list: readonly WireValue[] = expected;
    return (
      Array.isArray(actual) &&
      actual.length === list.length &&
      list.every((part, index) => agrees(part, actual[index] as WireValue))
    );
  }
  if (isPlainMap(expected)) {
    return isPlainMap(actual) && Object.entries(expected).every(([key, part]) => agrees(part, actual[key]));
  }
  return expected === actual;
}
