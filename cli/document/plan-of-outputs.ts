import type { Plan } from "../../components/model/plan-types.js";
import type { RegisteredResource } from "../engine/registered-resource.js";
import { isPlainMap, printable, type WireMap, type WireValue } from "../engine/wire-value.js";

/** Components of these packages register a `plan`. */
const TYPE_PREFIXES = ["pulumi-backup-tiers:", "backup-tiers:"];

/**
 * Merges the plans that components have registered. A component inside another one that has a plan is left out: the
 * outer plan speaks for it.
 */
export function planOfOutputs(
  resources: ReadonlyMap<string, RegisteredResource>,
  outputs: ReadonlyMap<string, WireMap>,
): Plan | undefined {
  const plans = new Map<string, Plan>();
  for (const [urn, values] of outputs) {
    const type = resources.get(urn)?.type ?? "";
    if (!TYPE_PREFIXES.some((prefix) => type.startsWith(prefix))) continue;
    const plan = printable(values["plan"] ?? null);
    if (isPlan(plan)) plans.set(urn, plan);
  }
  const topmost = [...plans].filter(([urn]) => !hasAncestorIn(plans, resources, urn)).map(([, plan]) => plan);
  const [first] = topmost;
  if (first === undefined) return undefined;
  return {
    environment: first.environment,
    assets: topmost.flatMap((plan) => plan.assets),
    unprotected: topmost.flatMap((plan) => plan.unprotected),
    issues: topmost.flatMap((plan) => plan.issues),
  };
}

function hasAncestorIn(
  plans: ReadonlyMap<string, Plan>,
  resources: ReadonlyMap<string, RegisteredResource>,
  urn: string,
): boolean {
  const parent = resources.get(urn)?.parent ?? "";
  return parent !== "" && (plans.has(parent) || hasAncestorIn(plans, resources, parent));
}

function isPlan(value: WireValue): value is WireValue & Plan {
  if (!isPlainMap(value)) return false;
  return ["assets", "unprotected", "issues"].every((key) => Array.isArray(value[key]));
}
