import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { apply, get, kubectl } from "./cluster.js";

interface Snapshot {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly volumeSnapshotClassName: string };
  readonly status?: object;
}

interface Content {
  readonly spec: { readonly deletionPolicy: string };
}

/**
 * Does what the snapshot controller and a CSI driver do to the objects, without any data: makes the content of each
 * snapshot, marks it ready, and lets a content go with its snapshot where its policy says so.
 */
export class SnapshotController {
  private watch: ChildProcess | undefined;
  private work: Promise<void> = Promise.resolve();
  private readonly times = new Map<string, Date>();
  /** The first thing that went wrong. */
  failure: unknown;

  constructor(
    private readonly namespace: string,
    private readonly className: string,
    private readonly deletionPolicy: "Delete" | "Retain",
  ) {}

  start(): void {
    const line = 'jsonpath={.metadata.name}{"\\n"}';
    this.watch = spawn("kubectl", ["-n", this.namespace, "get", "volumesnapshots", "--watch", "-o", line], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    createInterface({ input: this.watch.stdout! }).on("line", (name) => {
      this.work = this.work
        .then(() => this.reconcile(name))
        .catch((error: unknown) => {
          this.failure ??= error;
        });
    });
  }

  async stop(): Promise<void> {
    if (this.watch?.exitCode === null) {
      const exited = once(this.watch, "exit");
      this.watch.kill();
      await exited;
    }
    await this.work;
  }

  /** Makes a snapshot that was ready some days ago. */
  async old(name: string, claim: string, days: number, labels: Record<string, string>): Promise<void> {
    this.times.set(name, new Date(Date.now() - days * 86_400_000));
    await apply({
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshot",
      metadata: { name, namespace: this.namespace, labels },
      spec: { volumeSnapshotClassName: this.className, source: { persistentVolumeClaimName: claim } },
    });
    const wait = ["wait", `volumesnapshot/${name}`, "--for=jsonpath={.status.readyToUse}=true", "--timeout=60s"];
    await kubectl("-n", this.namespace, ...wait);
  }

  private async reconcile(name: string): Promise<void> {
    const snapshot = await get<Snapshot>("volumesnapshot", name, this.namespace);
    const content = `content-${name}`;
    if (snapshot === undefined) {
      const found = await get<Content>("volumesnapshotcontent", content, this.namespace);
      if (found?.spec.deletionPolicy === "Delete") await kubectl("delete", "volumesnapshotcontent", content);
      return;
    }
    if (snapshot.status !== undefined || snapshot.spec.volumeSnapshotClassName !== this.className) return;
    const { uid } = snapshot.metadata;
    const time = this.times.get(name) ?? new Date();
    await apply({
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshotContent",
      metadata: { name: content },
      spec: {
        deletionPolicy: this.deletionPolicy,
        driver: "test.csi.example",
        source: { volumeHandle: "volume" },
        volumeSnapshotClassName: this.className,
        volumeSnapshotRef: { name, namespace: this.namespace, uid },
      },
    });
    const status = { readyToUse: true, boundVolumeSnapshotContentName: content, creationTime: time.toISOString() };
    const patch = ["--subresource=status", "--type=merge", "-p", JSON.stringify({ status })];
    await kubectl("-n", this.namespace, "patch", "volumesnapshot", name, ...patch);
  }
}
