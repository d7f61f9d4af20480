import { drilledKinds, otherDrilledKinds } from "../../components/model/drilled-objects.js";
import type { ServerKind } from "../sources/kubernetes-kinds.js";
import { omittedKeysAnnotation, sealedDataAnnotation, type KubernetesObject } from "../sources/kubernetes-object.js";

type Fields = Readonly<Record<string, unknown>>;

/** What stands for the value of a Secret: of every type, the strictest asks for JSON. */
const placeholder = Buffer.from("{}").toString("base64");

/** How objects of a kind are proven. */
export function proofOf({ kind, apiVersion, namespaced }: ServerKind): "made" | "tried" | "read" {
  if (!namespaced) return otherDrilledKinds.clusterScoped.proof;
  const group = groupOf(apiVersion);
  const known = drilledKinds.find((each) => each.group === group && each.kind === kind);
  return (known ?? otherDrilledKinds.custom).proof;
}

/**
 * The object as the server may judge it: in the drill's namespace, belonging to nobody, with nothing that keeps it there, and
 * so changed that it can reach nothing.
 */
export function harmless(object: KubernetesObject, namespace: string, name: string): KubernetesObject {
  const { metadata } = object;
  const given = { labels: metadata["labels"], annotations: restoredAnnotations(object) };
  const moved = { ...object, metadata: { ...defined(given), name, namespace } };
  const change = changes[`${groupOf(object.apiVersion ?? "")}/${object.kind ?? ""}`];
  return change === undefined ? moved : { ...change(moved, object), metadata: moved.metadata };
}

/** The object as it is made: with our labels only, because controllers find what is theirs by labels and annotations. */
export function unnoticed(object: KubernetesObject, labels: Readonly<Record<string, string>>): KubernetesObject {
  const { name, namespace } = object.metadata;
  return { ...object, metadata: { name, ...defined({ namespace }), labels } };
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** Ours stand for the values of a Secret, and are gone when it has them again. */
function restoredAnnotations({ metadata: { annotations } }: KubernetesObject): Fields | undefined {
  if (annotations === undefined) return undefined;
  const ours = [omittedKeysAnnotation, sealedDataAnnotation];
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !ours.includes(name)));
}

const changes: Readonly<Record<string, (object: KubernetesObject, original: KubernetesObject) => KubernetesObject>> = {
  "/ServiceAccount": (account) => ({
    ...without(account, ["secrets", "imagePullSecrets"]),
    automountServiceAccountToken: false,
  }),
  "/Service": closed,
  "/ReplicationController": (object) => withSpec(object, { replicas: 0 }),
  "/Secret": (secret, original) => ({ ...secret, ...placeholders(original) }),
  "apps/Deployment": (object) => withSpec(object, { replicas: 0, paused: true }),
  "apps/StatefulSet": (object) => withSpec(object, { replicas: 0 }),
  "apps/ReplicaSet": (object) => withSpec(object, { replicas: 0 }),
  "batch/CronJob": (object) => withSpec(object, { suspend: true }),
  "networking.k8s.io/Ingress": withHostsOfNobody,
};

/** What makes a Service reachable from outside, or a name for something outside. */
const openings = [
  "type",
  "selector",
  "externalName",
  "externalIPs",
  "externalTrafficPolicy",
  "healthCheckNodePort",
  "loadBalancerIP",
  "loadBalancerClass",
  "loadBalancerSourceRanges",
  "allocateLoadBalancerNodePorts",
];

function closed(service: KubernetesObject): KubernetesObject {
  const spec = specOf(service);
  const ports = spec["ports"] as readonly Fields[] | undefined;
  // A name for something outside may be without ports, as only a Service without address may be.
  const headless = spec["type"] === "ExternalName" ? { clusterIP: "None" } : {};
  return {
    ...service,
    spec: {
      ...without(spec, openings),
      ...headless,
      ...(ports === undefined ? {} : { ports: ports.map((port) => without(port, ["nodePort"])) }),
      type: "ClusterIP",
    },
  };
}

function placeholders({ metadata: { annotations } }: KubernetesObject): { readonly data?: Fields } {
  const keys = omittedKeys(annotations);
  return keys.length === 0 ? {} : { data: Object.fromEntries(keys.map((key) => [key, placeholder])) };
}

/** Keys of a Secret whose values were left out or sealed. */
export function omittedKeys(annotations: Readonly<Record<string, string>> | undefined): string[] {
  const text = annotations?.[omittedKeysAnnotation];
  return text === undefined ? [] : (JSON.parse(text) as string[]);
}

/** Hosts under the top level that exists nowhere (RFC 2606). */
function withHostsOfNobody(ingress: KubernetesObject): KubernetesObject {
  const { rules, tls } = specOf(ingress) as {
    readonly rules?: readonly (Fields & { readonly host?: string })[];
    readonly tls?: readonly (Fields & { readonly hosts?: readonly string[] })[];
  };
  const renamed = (host: string): string => `${host}.invalid`;
  return withSpec(
    ingress,
    defined({
      rules: rules?.map((rule) => (rule.host === undefined ? rule : { ...rule, host: renamed(rule.host) })),
      tls: tls?.map((entry) => (entry.hosts === undefined ? entry : { ...entry, hosts: entry.hosts.map(renamed) })),
    }),
  );
}

function withSpec(object: KubernetesObject, fields: Fields): KubernetesObject {
  return { ...object, spec: { ...specOf(object), ...fields } };
}

function specOf(object: KubernetesObject): Fields {
  return (object["spec"] ?? {}) as Fields;
}

function without<Value extends object>(record: Value, keys: readonly string[]): Value {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key))) as Value;
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
