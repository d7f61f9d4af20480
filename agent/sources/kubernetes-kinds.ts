import { AgentFailure } from "../failure.js";
import type { ApiAnswer, KubernetesClient } from "./kubernetes-client.js";

/** One kind of object that can be listed. */
export interface ListableKind {
  /** `plural.group`, or the plural alone in the core group. */
  readonly name: string;
  readonly kind: string;
  readonly apiVersion: string;
  /** `/api/v1` or `/apis/<group>/<version>`. */
  readonly root: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** One kind that a server knows. */
export interface ServerKind extends ListableKind {
  readonly canBeMade: boolean;
}

/** What controllers and kubelets write by themselves, all the time; nobody restores it. */
const noise = new Set([
  "bindings",
  "certificatesigningrequests.certificates.k8s.io",
  "componentstatuses",
  "controllerrevisions.apps",
  "csinodes.storage.k8s.io",
  "csistoragecapacities.storage.k8s.io",
  "endpoints",
  "endpointslices.discovery.k8s.io",
  "events",
  "events.events.k8s.io",
  "ipaddresses.networking.k8s.io",
  "leases.coordination.k8s.io",
  "nodes",
  "nodes.metrics.k8s.io",
  "pods",
  "pods.metrics.k8s.io",
  "volumeattachments.storage.k8s.io",
]);

/** Kinds that others need; they are written first, so that the whole list can be applied in one go. */
const first = [
  "namespaces",
  "customresourcedefinitions.apiextensions.k8s.io",
  "storageclasses.storage.k8s.io",
  "priorityclasses.scheduling.k8s.io",
  "serviceaccounts",
  "secrets",
  "configmaps",
  "persistentvolumes",
  "persistentvolumeclaims",
];

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** Kinds that the server can list, in the order in which they can be applied, and what it did not tell. */
export interface Discovery {
  readonly kinds: readonly ListableKind[];
  /** Groups whose server does not answer (`metrics.k8s.io/v1beta1: status 503`). */
  readonly unavailable: readonly string[];
}

/** Asks the server for every kind that can be listed, each in one version. */
export async function discoverKinds(client: KubernetesClient, exclude: readonly string[]): Promise<Discovery> {
  const kinds = new Map<string, ListableKind>();
  const unavailable: string[] = [];
  for (const { group, version } of await groupVersions(client)) {
    const apiVersion = group === "" ? version : `${group}/${version}`;
    const root = rootOf(apiVersion);
    const answer = await client.get(root);
    if (answer.status !== 200) {
      unavailable.push(`${group}/${version}: status ${answer.status}`);
      continue;
    }
    for (const resource of (answer.body["resources"] ?? []) as readonly ApiResource[]) {
      const name = group === "" ? resource.name : `${resource.name}.${group}`;
      if (resource.name.includes("/") || !resource.verbs.includes("list") || kinds.has(name)) continue;
      if (noise.has(name) || exclude.includes(name)) continue;
      const { kind, namespaced, name: plural } = resource;
      kinds.set(name, { name, kind, apiVersion, root, plural, namespaced });
    }
  }
  return { kinds: [...kinds.values()].sort(byNeed), unavailable };
}

/** Where the server tells the kinds of a version, and has their objects. */
export function rootOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The kinds of one version, by their names in objects; none where the server does not know the version. */
export async function kindsOfVersion(client: KubernetesClient, apiVersion: string): Promise<Map<string, ServerKind>> {
  const root = rootOf(apiVersion);
  const answer = await client.get(root);
  if (answer.status === 404) return new Map();
  const [group] = apiVersion.includes("/") ? apiVersion.split("/") : [""];
  const resources = (must(answer, root).body["resources"] ?? []) as readonly ApiResource[];
  return new Map(
    resources
      .filter(({ name }) => !name.includes("/"))
      .map(({ name: plural, kind, namespaced, verbs }) => {
        const name = group === "" ? plural : `${plural}.${String(group)}`;
        return [kind, { name, kind, apiVersion, root, plural, namespaced, canBeMade: verbs.includes("create") }];
      }),
  );
}

/** Every group in every version, the preferred version of each first: a kind may exist in another one only. */
async function groupVersions(client: KubernetesClient): Promise<{ group: string; version: string }[]> {
  const answer = must(await client.get("/apis"), "/apis");
  const groups = (answer.body["groups"] ?? []) as readonly {
    readonly name: string;
    readonly versions: readonly { readonly version: string }[];
    readonly preferredVersion: { readonly version: string };
  }[];
  const others = groups.flatMap(({ name, versions, preferredVersion }) => {
    const ordered = new Set([preferredVersion.version, ...versions.map(({ version }) => version)]);
    return [...ordered].map((version) => ({ group: name, version }));
  });
  return [{ group: "", version: "v1" }, ...others];
}

/** The answer, when it is a good one. */
export function must(answer: ApiAnswer, path: string): ApiAnswer {
  if (answer.status < 300) return answer;
  const message = JSON.stringify(answer.body["message"] ?? "");
  throw new AgentFailure(
    answer.status === 403 ? 2 : 1,
    `the API server answers ${path} with ${answer.status}: ${message}`,
  );
}

function byNeed(one: ListableKind, other: ListableKind): number {
  const [oneRank, otherRank] = [rank(one), rank(other)];
  return oneRank - otherRank || (one.name < other.name ? -1 : 1);
}

function rank({ name }: ListableKind): number {
  const index = first.indexOf(name);
  return index < 0 ? first.length : index;
}
