import { parseAllDocuments } from "yaml";
import type { WireMap, WireValue } from "./wire-value.js";

/**
 * Provider functions that compute their result from their arguments alone, and whose results decide which resources
 * exist: without them, all that a Kubernetes YAML file declares would be missing.
 */
export function pureFunctionResult(token: string, args: WireMap): WireMap | undefined {
  return token === "kubernetes:yaml:decode" ? decodeYaml(args) : undefined;
}

/** The documents of a YAML text; a default namespace would need the cluster's knowledge of every kind. */
function decodeYaml({ text, defaultNamespace }: WireMap): WireMap | undefined {
  if (typeof text !== "string" || (typeof defaultNamespace === "string" && defaultNamespace !== "")) return undefined;
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return { result: [] };
  const wrong = documents.flatMap(({ errors }) => errors);
  if (wrong[0] !== undefined) throw new Error(`error parsing YAML: ${wrong[0].message}`);
  const values = documents.map((document) => document.toJS() as WireValue).filter((value) => value !== null);
  return { result: JSON.parse(JSON.stringify(values)) as WireValue };
}
