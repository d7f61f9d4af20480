import { drilledKinds } from "../model/drilled-objects.js";
import type { PolicyRule } from "./data-access.js";

/**
 * What a drill of objects may do, in its own namespace only. The API server asks the same right for a dry run as for the
 * real thing, so that `create` is there for kinds that are only tried; nothing of them can be read or deleted, and a Secret
 * least of all. The kinds of a custom group are known to the cluster alone, hence the wildcard within it.
 */
export function drillRights(customGroups: readonly string[]): PolicyRule[] {
  const groups = [...new Set(drilledKinds.map(({ group }) => group))];
  return [
    // Its own namespace: a Role reaches no other.
    { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
    ...groups.flatMap((group) => [
      ...rule(group, "made", ["create", "list", "delete"]),
      ...rule(group, "tried", ["create"]),
    ]),
    ...(customGroups.length === 0 ? [] : [{ apiGroups: [...customGroups], resources: ["*"], verbs: ["create"] }]),
  ];
}

function rule(group: string, proof: "made" | "tried", verbs: string[]): PolicyRule[] {
  const resources = drilledKinds
    .filter((kind) => kind.group === group && kind.proof === proof)
    .map(({ plural }) => plural);
  return resources.length === 0 ? [] : [{ apiGroups: [group], resources, verbs }];
}
