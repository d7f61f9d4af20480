// Snapshots of a claim by the component's own CronJob and rights, on a cluster with the real CRDs. Does not prove that
// a CSI driver takes a snapshot, or that one can be restored: a controller of the test marks them ready and moves no data.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needPrograms } from "../support/programs.js";
import { apply, get, kubectl, runNow } from "./support/cluster.js";
import { Project } from "./support/project.js";
import { SnapshotController } from "./support/snapshot-controller.js";

const namespace = "volume-snapshots-test";
const className = "volume-snapshots-test";
const labels = (retentionClass: string) => ({ "backup-tiers/asset": "uploads", "backup-tiers/class": retentionClass });

describe("kubernetes.VolumeSnapshots on a cluster", function () {
  const folder = mkdtempSync(join(tmpdir(), "snapshots-"));
  // The class in the cluster is of development, Delete; these are as a class of production would have made them.
  const controller = new SnapshotController(namespace, className, "Retain");
  let project: Project | undefined;
  const pulumi = (command: string, ...args: string[]) =>
    project!.pulumi(command, "--stack", "snapshots", "--yes", "--skip-preview", ...args);

  before(async function () {
    needPrograms(this, "kubectl", "pulumi");
    project = new Project("test/engine/programs/volume-snapshots");
    await apply({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    await apply(...volume(folder));
    await kubectl("-n", namespace, "wait", "pvc/uploads", "--for=jsonpath={.status.phase}=Bound", "--timeout=60s");
    await project.pulumi("stack", "init", "snapshots");
    await project.pulumi("config", "set", "--stack", "snapshots", "namespace", namespace);
    await pulumi("up", "--suppress-outputs");
    controller.start();
  });
  after(async () => {
    await controller.stop();
    if (project !== undefined) {
      await kubectl("delete", "namespace", namespace, "--ignore-not-found", "--timeout=120s");
      await kubectl("delete", "pv,volumesnapshotclass,volumesnapshotcontents", "-l", `test=${namespace}`);
      for (const content of await contents()) await kubectl("delete", "volumesnapshotcontent", content);
      project.remove();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it("is put there, and a second up and a refresh change nothing", async () => {
    await pulumi("up", "--expect-no-changes");
    await pulumi("refresh", "--expect-no-changes");
  });

  it("takes a snapshot, waits until it is ready, removes what has expired with its data, and finds orphans", async () => {
    await controller.old("uploads-old-10", "uploads", 10, labels("daily"));
    await controller.old("uploads-old-8", "uploads", 8, labels("daily"));
    await controller.old("uploads-old-3", "uploads", 3, labels("daily"));
    await controller.old("uploads-by-hand", "uploads", 30, {});
    await apply(orphan());
    const run = await runNow("uploads", "by-hand", namespace);
    assert.deepEqual([run.succeeded, run.exitCode], [true, 0], run.log);
    assert.equal(controller.failure, undefined);
    const [made] = run.result["snapshots"] as string[];
    assert.deepEqual(await snapshots(), ["uploads-by-hand", "uploads-old-3", made!].sort());
    assert.deepEqual((run.result["removed"] as string[]).sort(), ["uploads-old-10", "uploads-old-8"]);
    assert.deepEqual(run.result["orphans"], ["content-lost"]);
    await kubectl("wait", "--for=delete", "volumesnapshotcontent/content-uploads-old-10", "--timeout=30s");
    await kubectl("wait", "--for=delete", "volumesnapshotcontent/content-uploads-old-8", "--timeout=30s");
    assert.deepEqual(
      await contents(),
      ["content-lost", "content-uploads-by-hand", "content-uploads-old-3", `content-${made!}`].sort(),
    );
    const snapshot = await get<{ metadata: { labels: object } }>("volumesnapshot", made!, namespace);
    assert.deepEqual(snapshot!.metadata.labels, {
      "app.kubernetes.io/managed-by": "pulumi-backup-tiers",
      purpose: "backup",
      ...labels("daily"),
    });
  });

  it("keeps everything of a claim whose snapshot does not become ready, and says why", async () => {
    const before = await snapshots();
    const run = await agent({ className: "nobody-makes-these", readyTimeoutSeconds: 1 }, { daily: 1 });
    assert.equal(run.code, 1, run.text);
    assert.match(run.text, /uploads: uploads-\S+ is not ready: the storage system does not answer/);
    const after = await snapshots();
    assert.deepEqual(
      before.filter((name) => !after.includes(name)),
      [],
    );
  });

  it("never removes the newest ready one, though its time is over", async () => {
    const before = await snapshots();
    const run = await agent({}, { daily: 1 });
    assert.equal(run.code, 0, run.text);
    const { snapshots: made, removed } = JSON.parse(run.text.trim().split("\n").at(-1)!) as Record<string, string[]>;
    const ready = before.filter((name) => /old|-\d{8}t/.test(name));
    assert.ok(removed!.length >= 2 && removed!.every((name) => ready.includes(name)), run.text);
    assert.ok((await snapshots()).includes(made![0]!));
  });

  it("says which claim is missing, and which rights", async () => {
    const missing = await agent({ claims: ["uploads", "gone"] });
    // The role names the claims that it may read.
    assert.equal(missing.code, 2, missing.text);
    assert.match(missing.text, /the job must have its rights \(Kubernetes\), got .*gone.* is forbidden/);
    const labelled = await agent({ claims: undefined, matchLabels: { backup: "yes" } });
    assert.equal(labelled.code, 2, labelled.text);
  });

  it("leaves the snapshots and nothing else after destroy", async () => {
    await pulumi("destroy");
    const label = ["-l", "app.kubernetes.io/managed-by=pulumi-backup-tiers", "-o", "name"];
    const kinds = "cronjobs,configmaps,serviceaccounts,networkpolicies,roles,rolebindings";
    assert.equal(await kubectl("-n", namespace, "get", kinds, ...label), "");
    assert.equal(await kubectl("get", "volumesnapshotclass", className, "--ignore-not-found", "-o", "name"), "");
    assert.equal(
      await kubectl("get", "clusterrole", `${namespace}-uploads-contents`, "--ignore-not-found", "-o", "name"),
      "",
    );
    assert.ok((await snapshots()).length > 0);
  });

  /** The built agent on this machine, with the token of the component's own service account. */
  async function agent(
    source: object,
    retention: Record<string, number> = { daily: 604_800 },
  ): Promise<{ code: number | null; text: string }> {
    const account = join(folder, "account");
    mkdirSync(account, { recursive: true });
    writeFileSync(join(account, "token"), await kubectl("-n", namespace, "create", "token", "uploads"));
    const authority = await get<{ data: Record<string, string> }>("configmap", "kube-root-ca.crt", namespace);
    writeFileSync(join(account, "ca.crt"), authority!.data["ca.crt"]!);
    const server = await kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}");
    const { hostname, port } = new URL(server);
    const config = {
      version: 1,
      environment: "development",
      asset: "uploads",
      source: { kind: "volume-snapshots", namespace, claims: ["uploads"], className, ...source },
      stores: [],
      retention,
      recipients: [],
      maxAgeSeconds: null,
    };
    // The controller of the test works in this process, so that the agent must not block it.
    const child = spawn(process.execPath, [join(__dirname, "../../dist/agent/agent-folder.cjs"), "snapshot"], {
      env: {
        ...process.env,
        BACKUP_TIERS_CONFIG: JSON.stringify(config),
        BACKUP_TIERS_SERVICE_ACCOUNT: account,
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const code = await new Promise<number | null>((done) => child.on("close", done));
    return { code, text };
  }
});

async function snapshots(): Promise<string[]> {
  const text = await kubectl("-n", namespace, "get", "volumesnapshots", "-o", "name");
  return text
    .split("\n")
    .flatMap((line) => line.split("/")[1] ?? [])
    .sort();
}

/** Names of the contents that belong to this test. */
async function contents(): Promise<string[]> {
  const path = 'jsonpath={range .items[*]}{.metadata.name} {.spec.volumeSnapshotRef.namespace}{"\\n"}{end}';
  const lines = (await kubectl("get", "volumesnapshotcontents", "-o", path)).trim().split("\n");
  return lines.flatMap((line) => (line.endsWith(` ${namespace}`) ? [line.split(" ")[0]!] : [])).sort();
}

function orphan(): object {
  return {
    apiVersion: "snapshot.storage.k8s.io/v1",
    kind: "VolumeSnapshotContent",
    metadata: { name: "content-lost" },
    spec: {
      deletionPolicy: "Retain",
      driver: "test.csi.example",
      source: { volumeHandle: "volume" },
      volumeSnapshotClassName: className,
      volumeSnapshotRef: { name: "lost", namespace, uid: "00000000-0000-0000-0000-000000000000" },
    },
  };
}

function volume(path: string): object[] {
  const spec = { accessModes: ["ReadWriteOnce"], storageClassName: namespace };
  return [
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: namespace, labels: { test: namespace } },
      spec: { ...spec, capacity: { storage: "1Gi" }, hostPath: { path } },
    },
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "uploads", namespace },
      spec: { ...spec, resources: { requests: { storage: "1Gi" } } },
    },
  ];
}
