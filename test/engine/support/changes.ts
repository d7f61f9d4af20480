import { kubectl } from "./cluster.js";

interface Listed {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly { readonly metadata: ObjectMetadata }[];
}

interface ObjectMetadata {
  readonly name: string;
  readonly uid: string;
  readonly generation?: number;
  readonly resourceVersion: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object as it was at one moment. */
export interface Seen {
  readonly metadata: ObjectMetadata;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** One change of an object, as the API server tells it to those that watch. */
interface Change {
  readonly type: string;
  readonly object: Seen;
}

/** All that ever was in a namespace from one moment on, even when it is gone: the API server's own history. */
export class Changes {
  private readonly since = new Map<string, string>();

  /** @param paths lists in the namespace: `apps/v1/deployments`, `v1/pods` */
  constructor(
    private readonly namespace: string,
    private readonly paths: readonly string[],
  ) {}

  /** From now on. */
  async begin(): Promise<void> {
    for (const path of this.paths) {
      const list = JSON.parse(await kubectl("get", "--raw", this.url(path))) as Listed;
      this.since.set(path, list.metadata.resourceVersion);
    }
  }

  /** Every state that an object of a kind was in since. */
  async of(path: string): Promise<Seen[]> {
    const query = `?watch=1&timeoutSeconds=1&resourceVersion=${this.since.get(path)!}`;
    const lines = (await kubectl("get", "--raw", `${this.url(path)}${query}`))
      .split("\n")
      .filter((line) => line !== "");
    const changes = lines.map((line) => JSON.parse(line) as Change);
    const wrong = changes.find(({ type }) => type === "ERROR");
    if (wrong !== undefined) throw new Error(`${path}: ${JSON.stringify(wrong)}`);
    return changes.map(({ object }) => object);
  }

  private url(path: string): string {
    const [version, plural] = [path.slice(0, path.lastIndexOf("/")), path.slice(path.lastIndexOf("/") + 1)];
    return `/${version.includes("/") ? "apis" : "api"}/${version}/namespaces/${this.namespace}/${plural}`;
  }
}

/** Every object of a namespace, and in which state its maker left it: changes of a status do not count. */
export async function inventory(namespace: string): Promise<Record<string, string>> {
  const kinds = await kubectl("api-resources", "--namespaced", "--verbs=list", "-o", "name");
  // What controllers note by themselves, all the time.
  const noise = /^(events|events\.events\.k8s\.io|leases\..*|pods\.metrics.*|horizontalpodautoscalers\..*)$/;
  const wanted = kinds
    .trim()
    .split("\n")
    .filter((kind) => !noise.test(kind));
  const { items } = JSON.parse(await kubectl("-n", namespace, "get", wanted.join(","), "-o", "json")) as {
    items: readonly { kind: string; metadata: ObjectMetadata }[];
  };
  return Object.fromEntries(
    items.map(({ kind, metadata: { name, uid, generation, resourceVersion } }) => [
      `${kind}/${name}`,
      `${uid} ${String(generation ?? resourceVersion)}`,
    ]),
  );
}
