import { Readable } from "node:stream";
import type { KubernetesObjectsSource } from "../../components/model/agent-config.js";
import { say } from "../console.js";
import { sealText } from "../crypto/age-file.js";
import { AgentFailure } from "../failure.js";
import { agentVersion } from "../version.js";
import { KubernetesClient } from "./kubernetes-client.js";
import { discoverKinds, must, type Discovery, type ListableKind } from "./kubernetes-kinds.js";
import { applicable, isMadeAgain, type KubernetesObject, type Seal } from "./kubernetes-object.js";
import type { OpenSource, PartStream } from "./source.js";

/** Objects of one page; the server's own clients ask for as many. */
const pageSize = 500;
const opening = '{"apiVersion":"v1","kind":"List","items":[';

/** What was read so far. */
interface Tally {
  readonly counts: Record<string, number>;
  readonly forbidden: Set<string>;
  listed: number;
}

/** Opens the cluster's API: asks for its version and its kinds. */
export async function openKubernetesObjects(
  source: KubernetesObjectsSource,
  recipients: readonly string[],
): Promise<OpenSource> {
  const client = new KubernetesClient();
  const version = must(await client.get("/version"), "/version").body["gitVersion"];
  const namespaces = await findNamespaces(client, source.namespaces ?? []);
  const discovery = await discoverKinds(client, source.exclude ?? []);
  const seal: Seal | undefined = source.secretValues === "seal" ? (text) => sealText(text, recipients) : undefined;
  const tally: Tally = { counts: {}, forbidden: new Set(), listed: 0 };
  const texts = (): AsyncGenerator<string> => listDocument(client, source, namespaces, discovery, tally, seal);
  return {
    time: new Date(),
    parts: [{ name: "objects", extension: "objects.json", beginsWith: opening, open: () => streamOf(texts()) }],
    facts: () =>
      Promise.resolve({
        source: {
          kind: "kubernetes-objects",
          host: client.host,
          database: null,
          clientVersion: `agent ${agentVersion}`,
          serverVersion: String(version),
          omitted: omissions(discovery, tally, source),
        },
        rowCounts: tally.counts,
      }),
    close: () => {
      client.close();
    },
  };
}

/** The generator throws when anything is missing, so its end is the proof. */
function streamOf(texts: AsyncGenerator<string>): PartStream {
  const stream = Readable.from(texts, { objectMode: false });
  return {
    stream,
    complete: Promise.resolve(),
    stop: () => {
      stream.destroy();
    },
  };
}

/** A `List` that `kubectl apply -f` takes, object by object. */
async function* listDocument(
  client: KubernetesClient,
  source: KubernetesObjectsSource,
  namespaces: readonly KubernetesObject[],
  { kinds }: Discovery,
  tally: Tally,
  seal: Seal | undefined,
): AsyncGenerator<string> {
  yield opening;
  let separator = "\n";
  const line = async (object: KubernetesObject): Promise<string> => {
    const text = `${separator}${JSON.stringify(await applicable(object, seal))}`;
    separator = ",\n";
    return text;
  };
  for (const namespace of namespaces) yield await line(namespace);
  for (const kind of kinds) {
    for (const path of pathsOf(kind, source.namespaces)) {
      for await (const object of objectsAt(client, kind, path, tally)) {
        if (isMadeAgain(object)) continue;
        tally.counts[kind.name] = (tally.counts[kind.name] ?? 0) + 1;
        yield await line(object);
      }
    }
  }
  if (tally.listed === 0) throw nothingListed(tally);
  yield "\n]}\n";
}

function pathsOf(kind: ListableKind, namespaces: readonly string[] | undefined): string[] {
  if (namespaces === undefined) return [`${kind.root}/${kind.plural}`];
  if (!kind.namespaced) return [];
  return namespaces.map((namespace) => `${kind.root}/namespaces/${namespace}/${kind.plural}`);
}

async function* objectsAt(
  client: KubernetesClient,
  { name, kind, apiVersion }: ListableKind,
  path: string,
  tally: Tally,
): AsyncGenerator<KubernetesObject> {
  let next = "";
  do {
    const answer = await client.get(`${path}?limit=${pageSize}&continue=${encodeURIComponent(next)}`);
    const metadata = (answer.body["metadata"] ?? {}) as { readonly continue?: string };
    next = metadata.continue ?? "";
    // 410: the page mark has expired; the server hands a new one and goes on with the state of now.
    if (answer.status === 410 && next !== "") continue;
    // 404 and 405: a kind that was removed, or that lists in no way, since the server told its kinds.
    if (answer.status === 404 || answer.status === 405) return;
    if (answer.status === 403) {
      if (!tally.forbidden.has(name)) say(`${name}: forbidden; it is not in the backup`);
      tally.forbidden.add(name);
      return;
    }
    tally.listed += 1;
    for (const item of (must(answer, path).body["items"] ?? []) as readonly KubernetesObject[]) {
      yield { ...item, apiVersion, kind };
    }
  } while (next !== "");
}

/** The Namespace objects themselves; a name that does not exist would give an empty list and no error. */
async function findNamespaces(client: KubernetesClient, names: readonly string[]): Promise<KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const { status, body } = await client.get(`/api/v1/namespaces/${name}`);
    if (status === 404) missing.push(name);
    if (status === 200) found.push({ ...(body as unknown as KubernetesObject), apiVersion: "v1", kind: "Namespace" });
  }
  if (missing.length === 0) return found;
  const advice = "write names of existing namespaces";
  throw new AgentFailure(2, `source.namespaces must exist (Kubernetes), got ${missing.join(", ")}; ${advice}`);
}

function omissions({ unavailable }: Discovery, { forbidden }: Tally, source: KubernetesObjectsSource): string[] {
  const values = source.secretValues === "seal" ? [] : ["values of secrets"];
  return [
    ...values,
    ...[...forbidden].map((name) => `forbidden: ${name}`),
    ...unavailable.map((each) => `unavailable: ${each}`),
  ];
}

function nothingListed({ forbidden }: Tally): AgentFailure {
  if (forbidden.size === 0) return new AgentFailure(1, "the API server lists no kind of object");
  const advice = "bind the service account to a role that may list";
  return new AgentFailure(
    2,
    `the service account must be allowed to list (Kubernetes), got 403 for every kind; ${advice}`,
  );
}
