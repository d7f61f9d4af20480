import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { drilledKinds } from "../../components/model/drilled-objects.js";
import { say } from "../console.js";
import { AgentFailure, configurationFailure } from "../failure.js";
import { type ApiAnswer, KubernetesClient } from "../sources/kubernetes-client.js";
import { kindsOfVersion, must, type ServerKind } from "../sources/kubernetes-kinds.js";
import type { KubernetesObject } from "../sources/kubernetes-object.js";

const drillLabel = "backup-tiers/drill";
/** Label of a namespace that was prepared for drills. */
const preparedLabel = { name: "purpose", value: "drill" };
/** Objects of one page: each may have a megabyte, and several forms in memory. */
const pageSize = 10;
/** Rounds in which nothing more is found to remove, before it is given up. */
const mostIdleRounds = 120;
const roundMilliseconds = 500;

/** What the server said to an object. */
export type Verdict =
  { readonly said: "taken" | "yes" | "no dry runs" } | { readonly said: "no"; readonly words: string };

/**
 * The namespace of the drill's own pod, seen with the rights of its service account. All that is made in it carries a
 * label of the asset, by which this drill or the next one removes it.
 */
export class DrillRoom {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  private readonly client = new KubernetesClient();
  /** Leaves nothing behind even when the run was asked to end. */
  private readonly cleaner = new KubernetesClient(process.env, false);
  private readonly versions = new Map<string, Promise<Map<string, ServerKind>>>();
  private readonly rights = new Map<string, Promise<boolean>>();
  private readonly selector: string;

  constructor(environment: string, asset: string) {
    this.namespace = this.client.namespace;
    const owner = createHash("sha256").update(`${environment}/${asset}`).digest("hex").slice(0, 16);
    this.labels = { "app.kubernetes.io/managed-by": "pulumi-backup-tiers", purpose: "drill", [drillLabel]: owner };
    this.selector = `${drillLabel}=${owner}`;
  }

  /** Refuses a namespace that nobody prepared, and removes what a killed drill left. */
  async enter(): Promise<void> {
    const path = `/api/v1/namespaces/${this.namespace}`;
    const { metadata } = must(await this.client.get(path), path).body as unknown as {
      readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
    };
    const { name, value } = preparedLabel;
    if (metadata.labels?.[name] !== value) {
      const rule = `the drill's namespace must have the label ${name}=${value} (the agent restores into it)`;
      const got = `${this.namespace} without it`;
      throw configurationFailure([`${rule}, got ${got}; run it in a namespace of its own, such as a DrillNamespace`]);
    }
    const removed = await this.clean();
    if (removed > 0) say(`${this.namespace}: removed ${removed} objects that another drill had left`);
  }

  /** The kind as the server knows it, if it does. */
  async kindOf(apiVersion: string, kind: string): Promise<ServerKind | undefined> {
    let known = this.versions.get(apiVersion);
    if (known === undefined) {
      known = kindsOfVersion(this.client, apiVersion);
      this.versions.set(apiVersion, known);
    }
    return (await known).get(kind);
  }

  /** Whether the service account may send objects of a kind here. */
  async maySend(kind: ServerKind): Promise<boolean> {
    let right = this.rights.get(kind.name);
    if (right === undefined) {
      right = this.askRight(kind);
      this.rights.set(kind.name, right);
    }
    return right;
  }

  /** Lets the server judge an object, and keep nothing. */
  async attempt(kind: ServerKind, object: KubernetesObject): Promise<Verdict> {
    return this.send(kind, object, "&dryRun=All");
  }

  /** Makes an object. */
  async make(kind: ServerKind, object: KubernetesObject): Promise<Verdict> {
    return this.send(kind, object, "");
  }

  /** What was made of a kind and is there. */
  async *made(kind: ServerKind): AsyncGenerator<KubernetesObject> {
    let next = "";
    do {
      const { items, more } = await this.page(this.client, this.pathOf(kind), next);
      yield* items;
      next = more;
    } while (next !== "");
  }

  /** Removes all that was made for the asset, waits until it is gone, and tells how much it was. */
  async clean(): Promise<number> {
    let removed = 0;
    for (const { group, plural, proof } of drilledKinds) {
      if (proof !== "made") continue;
      const version = `/${group === "" ? "api" : `apis/${group}`}/v1`;
      removed += await this.removeAll(`${version}/namespaces/${this.namespace}/${plural}`);
    }
    return removed;
  }

  /** Lets the connections go. */
  close(): void {
    this.client.close();
    this.cleaner.close();
  }

  private async removeAll(path: string): Promise<number> {
    const seen = new Set<unknown>();
    // In the foreground: what a controller made of it is gone before it is.
    const propagationPolicy = path.startsWith("/apis/apps/") ? "Foreground" : "Background";
    for (let idleRounds = 0; idleRounds < mostIdleRounds;) {
      const { items } = await this.page(this.cleaner, path, "");
      if (items.length === 0) return seen.size;
      const fresh = items.filter(({ metadata }) => !seen.has(metadata["uid"]));
      await allSettled(
        fresh.map(async ({ metadata }) => {
          seen.add(metadata["uid"]);
          const answer = await this.cleaner.change(`${path}/${metadata.name}`, {
            method: "DELETE",
            body: { preconditions: { uid: metadata["uid"] }, propagationPolicy },
          });
          if (answer.status !== 404) must(answer, path);
        }),
      );
      if (fresh.length > 0) continue;
      idleRounds++;
      await delay(roundMilliseconds);
    }
    throw new AgentFailure(1, `${path}: what the drill has made does not go away`);
  }

  private async page(
    client: KubernetesClient,
    path: string,
    next: string,
  ): Promise<{ readonly items: readonly KubernetesObject[]; readonly more: string }> {
    const query = new URLSearchParams({ limit: String(pageSize), continue: next, labelSelector: this.selector });
    const { body } = must(await client.get(`${path}?${query.toString()}`), path);
    const items = (body["items"] ?? []) as readonly KubernetesObject[];
    const labelled = items.filter(({ metadata }) => {
      const labels = metadata["labels"] as Readonly<Record<string, string>> | undefined;
      return labels?.[drillLabel] === this.labels[drillLabel];
    });
    return { items: labelled, more: ((body["metadata"] ?? {}) as { readonly continue?: string }).continue ?? "" };
  }

  /** Strict: a field that the server does not know would else be lost without a word. */
  private async send(kind: ServerKind, object: KubernetesObject, how: string): Promise<Verdict> {
    const path = `${this.pathOf(kind)}?fieldManager=backup-tiers&fieldValidation=Strict${how}`;
    return verdictOf(await this.client.change(path, { method: "POST", body: object }), path);
  }

  private pathOf({ root, plural }: ServerKind): string {
    return `${root}/namespaces/${this.namespace}/${plural}`;
  }

  private async askRight({ apiVersion, plural, canBeMade }: ServerKind): Promise<boolean> {
    if (!canBeMade) return false;
    const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
    const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    const resourceAttributes = { namespace: this.namespace, verb: "create", group, resource: plural };
    const body = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes },
    };
    const answer = await this.client.change(path, { method: "POST", body });
    const { status } = must(answer, path).body;
    return (status as { readonly allowed?: boolean } | undefined)?.allowed === true;
  }
}

function verdictOf({ status, body }: ApiAnswer, path: string): Verdict {
  if (status < 300) return { said: "yes" };
  const words = typeof body["message"] === "string" ? body["message"] : `status ${status}`;
  if (status === 409 && body["reason"] === "AlreadyExists") return { said: "taken" };
  if (status === 409 || status >= 500 || status === 429) throw new AgentFailure(1, `${path}: ${words}`);
  // An admission webhook with effects of its own says so; nothing is known of the object then.
  return /does not support dry run/.test(words) ? { said: "no dry runs" } : { said: "no", words };
}

/** Waits for the end of all, so that nothing is made behind the back of what comes next; then fails as the first did. */
export async function allSettled(actions: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(actions)).find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
