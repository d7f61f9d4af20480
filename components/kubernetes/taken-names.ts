import * as pulumi from "@pulumi/pulumi";
import type { Issue } from "../model/index.js";
import { problem } from "../shared/problem.js";

/** Who has what, by cluster; the run of a program has an engine of its own. */
const runs = new WeakMap<object, Map<unknown, Map<unknown, Map<string, string>>>>();

/** Something that only one component may have: a name within a scope of the cluster. */
interface Claim {
  /** Object within which the name is one of a kind; absent: the cluster. */
  readonly scope?: object;
  readonly name: string;
}

/**
 * Who has the name already, in the same cluster and the same run of the program; else it is this component's from now
 * on. The API server would find out too, but only at `up`, with half of the other resources made.
 */
function holderOf(resource: pulumi.Resource, owner: string, { scope, name }: Claim): string | undefined {
  const run = entry(runs, (pulumi.runtime.getMonitor() ?? pulumi) as object, () => new Map<unknown, never>());
  const cluster = entry(run, resource.getProvider("kubernetes::"), () => new Map<unknown, never>());
  const names = entry(cluster, scope, () => new Map<string, string>());
  const holder = names.get(name);
  if (holder === undefined) names.set(name, owner);
  return holder;
}

/** Names of CronJobs; where the namespace is known only later nothing can be said. */
export function takenJobIssues(
  resource: pulumi.Resource,
  owner: string,
  namespace: pulumi.Input<string> | undefined,
  jobName: string,
): Issue[] {
  if (namespace !== undefined && typeof namespace !== "string") return [];
  const holder = holderOf(resource, owner, { name: `cronjob ${namespace ?? ""}/${jobName}` });
  if (holder === undefined) return [];
  const rule = `be a name of its own in its namespace (Kubernetes; ${holder} has it)`;
  return [problem("job-name-taken", "jobName", rule, jobName, "name the component or its job otherwise")];
}

/** Names of assets in a store: whoever writes there chains its manifests to those before, and prunes them. */
export function takenAssetIssues(
  resource: pulumi.Resource,
  owner: string,
  store: object,
  { environment, asset }: { readonly environment: string; readonly asset: string },
): Issue[] {
  const holder = holderOf(resource, owner, { scope: store, name: `asset ${environment}/${asset}` });
  if (holder === undefined) return [];
  const rule = `be a name of its own in every store (object names begin with it; ${holder} writes under it)`;
  return [problem("asset-name-taken", "asset", rule, asset, "give one of the two another asset name")];
}

function entry<Key, Value>(
  map: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  make: () => Value,
): Value {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
