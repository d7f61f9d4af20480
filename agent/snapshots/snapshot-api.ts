import type { VolumeSnapshotsSource } from "../../components/model/agent-config.js";
import type { RetentionClass } from "../../components/model/retention.js";
import { AgentFailure, configurationFailure } from "../failure.js";
import { type ApiAnswer, KubernetesClient } from "../sources/kubernetes-client.js";
import { classLabel, readSnapshot, type VolumeSnapshot } from "./volume-snapshot.js";

const group = "/apis/snapshot.storage.k8s.io/v1";
const assetLabel = "backup-tiers/asset";
const pageSize = 500;

/** A claim, and what keeps it from being snapshotted. */
export interface Claim {
  readonly name: string;
  readonly problem: string | undefined;
}

interface ClaimObject {
  readonly metadata: { readonly name: string };
  readonly status?: { readonly phase?: string };
}

interface ContentObject {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly deletionPolicy: string;
    readonly volumeSnapshotClassName?: string;
    readonly volumeSnapshotRef: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
  };
}

/** The objects of the API server that snapshots of one asset are made of. */
export class SnapshotApi {
  private readonly client = new KubernetesClient();
  private readonly snapshotsPath: string;

  constructor(
    private readonly source: VolumeSnapshotsSource,
    private readonly asset: string,
  ) {
    this.snapshotsPath = `${group}/namespaces/${source.namespace}/volumesnapshots`;
  }

  /** The claims of the configuration, by name or by their labels. */
  async claims(): Promise<Claim[]> {
    const { namespace, claims, matchLabels = {} } = this.source;
    const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
    if (claims === undefined) {
      const selector = Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`);
      return (await this.list(path, selector.join(","))).map((object) => readClaim(object as ClaimObject));
    }
    const found: Claim[] = [];
    for (const name of claims) {
      const answer = await this.client.get(`${path}/${name}`);
      const missing = { name, problem: `there is no claim of this name in ${namespace}` };
      found.push(answer.status === 404 ? missing : readClaim(must(answer, path).body as unknown as ClaimObject));
    }
    return found;
  }

  /** Every snapshot of this asset that is not being deleted. */
  async snapshots(): Promise<VolumeSnapshot[]> {
    const objects = await this.list(this.snapshotsPath, `${assetLabel}=${this.asset}`);
    return objects.flatMap((object) => readSnapshot(object) ?? []);
  }

  /** Asks for a snapshot. A name is used once, so that one that is there already is this one. */
  async create(name: string, claim: string, retentionClass: RetentionClass): Promise<void> {
    const answer = await this.client.change(this.snapshotsPath, {
      method: "POST",
      body: {
        apiVersion: "snapshot.storage.k8s.io/v1",
        kind: "VolumeSnapshot",
        metadata: {
          name,
          labels: {
            "app.kubernetes.io/managed-by": "pulumi-backup-tiers",
            purpose: "backup",
            [assetLabel]: this.asset,
            [classLabel]: retentionClass,
          },
        },
        spec: {
          volumeSnapshotClassName: this.source.className,
          source: { persistentVolumeClaimName: claim },
        },
      },
    });
    if (answer.status !== 409) must(answer, this.snapshotsPath);
  }

  /** Removes a snapshot with its data: of a class that retains them they would else stay, unseen and billed. */
  async remove(snapshot: VolumeSnapshot): Promise<void> {
    if (snapshot.contentName !== undefined) await this.letDataGo(snapshot, snapshot.contentName);
    const answer = await this.client.change(`${this.snapshotsPath}/${snapshot.name}`, {
      method: "DELETE",
      body: { preconditions: { uid: snapshot.uid } },
    });
    if (answer.status !== 404) must(answer, this.snapshotsPath);
  }

  /** Names of contents of this namespace and class whose snapshot is gone. */
  async orphans(): Promise<string[]> {
    const { namespace, className } = this.source;
    const all = (await this.list(this.snapshotsPath, "")) as { metadata: { uid: string } }[];
    const uids = new Set(all.map(({ metadata }) => metadata.uid));
    return ((await this.list(`${group}/volumesnapshotcontents`, "")) as ContentObject[])
      .filter(
        ({ metadata, spec }) =>
          metadata.deletionTimestamp === undefined &&
          spec.deletionPolicy === "Retain" &&
          spec.volumeSnapshotClassName === className &&
          spec.volumeSnapshotRef.namespace === namespace &&
          !uids.has(spec.volumeSnapshotRef.uid ?? ""),
      )
      .map(({ metadata }) => metadata.name);
  }

  /** Lets the connections go. */
  close(): void {
    this.client.close();
  }

  private async letDataGo(snapshot: VolumeSnapshot, contentName: string): Promise<void> {
    const path = `${group}/volumesnapshotcontents/${contentName}`;
    const answer = await this.client.get(path);
    if (answer.status === 404) return;
    const { spec } = must(answer, path).body as unknown as ContentObject;
    if (spec.volumeSnapshotRef.uid !== snapshot.uid)
      throw new AgentFailure(1, `${contentName} is not the content of ${snapshot.name}: it is left alone`);
    if (spec.deletionPolicy === "Delete") return;
    must(await this.client.change(path, { method: "PATCH", body: { spec: { deletionPolicy: "Delete" } } }), path);
  }

  private async list(path: string, selector: string): Promise<unknown[]> {
    const items: unknown[] = [];
    let next = "";
    do {
      const query = new URLSearchParams({ limit: String(pageSize), continue: next, labelSelector: selector });
      const { body } = must(await this.client.get(`${path}?${query.toString()}`), path);
      items.push(...((body["items"] ?? []) as unknown[]));
      next = ((body["metadata"] ?? {}) as { continue?: string }).continue ?? "";
    } while (next !== "");
    return items;
  }
}

function readClaim({ metadata, status }: ClaimObject): Claim {
  const phase = status?.phase ?? "unknown";
  return { name: metadata.name, problem: phase === "Bound" ? undefined : `the claim is ${phase}, not Bound` };
}

/** A refusal that a retry cannot heal says what to do. */
function must(answer: ApiAnswer, path: string): ApiAnswer {
  if (answer.status < 300) return answer;
  const message = JSON.stringify(answer.body["message"] ?? answer.status);
  if (answer.status === 403)
    throw configurationFailure([`the job must have its rights (Kubernetes), got ${message}; apply its roles`]);
  if (answer.status === 404)
    throw configurationFailure([
      `${path} must exist (Kubernetes), got ${message}; install the snapshot CRDs and controller of the cluster's vendor`,
    ]);
  if (answer.status === 422 || answer.status === 400)
    throw configurationFailure([`the API server must take the snapshot, got ${message}; change the configuration`]);
  throw new AgentFailure(1, `${path}: ${message}`);
}
