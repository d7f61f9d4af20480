import type { KubernetesObject } from "../sources/kubernetes-object.js";
import type { DrillRoom } from "./drill-room.js";
import type { ListEntry, ObjectList, PlacedObject } from "./object-list.js";
import type { ObjectProofs } from "./object-proofs.js";

/** What an artefact has. */
interface Survey {
  /** Objects of each kind, by the name that manifests give it. */
  readonly counts: Record<string, number>;
  /** What can be restored, by namespace, in the list's order. */
  readonly namespaces: ReadonlyMap<string, readonly ListEntry[]>;
}

/** Objects of a kind that the server does not know. */
interface Unknown {
  readonly object: PlacedObject["object"];
  readonly names: string[];
}

/** Reads the whole list once: counts every kind, and notes what is only read and what is of no kind that is known. */
export async function surveyObjects(
  list: ObjectList,
  room: DrillRoom,
  proofs: ObjectProofs,
  expected: Readonly<Record<string, number>>,
): Promise<Survey> {
  const counts: Record<string, number> = {};
  const namespaces = new Map<string, ListEntry[]>();
  const unknown = new Map<string, Unknown>();
  const defined = new Map<string, string>();
  for await (const { object, start, length } of list.objects()) {
    const { apiVersion, kind: kindName } = object;
    const { name, namespace = "" } = object.metadata;
    if (kindName === "CustomResourceDefinition") noteDefinition(object, defined);
    const kind = await room.kindOf(apiVersion, kindName);
    if (kind === undefined) {
      const key = `${apiVersion} ${kindName}`;
      const those = unknown.get(key) ?? { object, names: [] };
      unknown.set(key, those);
      those.names.push(namespace === "" ? name : `${namespace}/${name}`);
      continue;
    }
    counts[kind.name] = (counts[kind.name] ?? 0) + 1;
    if (!kind.namespaced) {
      proofs.noteRead(kind.name);
      continue;
    }
    const entries = namespaces.get(namespace) ?? [];
    namespaces.set(namespace, entries);
    entries.push({ kind, name, start, length });
  }
  for (const [key, { object, names }] of unknown) {
    const name = defined.get(key) ?? likelyName(object, expected);
    counts[name] = (counts[name] ?? 0) + names.length;
    if (defined.has(key)) proofs.noteRead(name, "its definition is not on this server", names.length);
    else proofs.fault(`${shown(names)}: the API server knows no ${object.kind} of ${object.apiVersion}`);
  }
  return { counts, namespaces };
}

/** A definition in the artefact would be restored before the objects of its kind. */
function noteDefinition(object: KubernetesObject, defined: Map<string, string>): void {
  const { group, names, versions } = object["spec"] as {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions?: readonly { readonly name: string }[];
  };
  for (const version of versions ?? [])
    defined.set(`${group}/${version.name} ${names.kind}`, `${names.plural}.${group}`);
}

/** The manifest's name of a kind that the server does not tell the plural of. */
function likelyName({ apiVersion, kind }: PlacedObject["object"], expected: Readonly<Record<string, number>>): string {
  const singular = kind.toLowerCase();
  const [group = ""] = apiVersion.includes("/") ? apiVersion.split("/") : [];
  const names = Object.keys(expected).filter((name) => name.split(".").slice(1).join(".") === group);
  return names.find((name) => name.startsWith(singular.slice(0, -1))) ?? `${singular}s.${group}`;
}

function shown(names: readonly string[]): string {
  const more = names.length - 3;
  return names.slice(0, 3).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
