import type { Input } from "@pulumi/pulumi";
import type { Issue } from "../model/index.js";
import { problem } from "../shared/problem.js";
import type { BackupStore } from "../shared/store.js";

/** Stores on volumes that pods of the namespace cannot mount, as far as both namespaces are known. */
export function claimNamespaceIssues(
  stores: Readonly<Record<string, BackupStore>>,
  namespace: Input<string> | undefined,
  pathOf: (store: string) => string,
): Issue[] {
  if (typeof namespace !== "string") return [];
  return Object.entries(stores).flatMap(([name, { access }]) => {
    if (access.kind !== "folder" || typeof access.namespace !== "string" || access.namespace === namespace) return [];
    const rule = `lie in the pod's namespace ${namespace} (Kubernetes mounts no claim of another)`;
    const advice = `use a store that is reached over the network, or run it in ${access.namespace}`;
    return [problem("claim-in-namespace", pathOf(name), rule, `a claim in ${access.namespace}`, advice)];
  });
}
