// Objects of a cluster, from a server that speaks the list protocol: what is kept, what is not, and no secret value.
// Does not prove: what a real API server does; that is tried by hand and in test/engine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { applicable, type KubernetesObject } from "../../agent/sources/kubernetes-object.js";
import { KubernetesServer } from "./support/kubernetes-server.js";
import { needPrograms, runProgram } from "../support/programs.js";
import { Workspace } from "./support/workspace.js";

const secretValue = "correct-horse-battery-staple";
const encoded = Buffer.from(secretValue).toString("base64");
const serverFields = { uid: "u", resourceVersion: "1", generation: 3, creationTimestamp: "t", managedFields: [{}] };

interface ListedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

describe("agent: Kubernetes objects", () => {
  let server: KubernetesServer;
  let workspace: Workspace;

  before(function () {
    needPrograms(this, "openssl", "age", "age-keygen", "minisign");
  });
  beforeEach(async () => {
    server = new KubernetesServer();
    await server.start();
    const listable = (name: string, kind: string, namespaced = true): object => ({
      name,
      kind,
      namespaced,
      verbs: ["list"],
    });
    server.documents.set("/version", { gitVersion: "v1.36.3" });
    server.documents.set("/apis", {
      groups: [
        { name: "apps", versions: [{ version: "v1beta1" }, { version: "v1" }], preferredVersion: { version: "v1" } },
        { name: "metrics.k8s.io", versions: [{ version: "v1beta1" }], preferredVersion: { version: "v1beta1" } },
      ],
    });
    server.documents.set("/api/v1", {
      resources: [
        listable("secrets", "Secret"),
        listable("configmaps", "ConfigMap"),
        listable("namespaces", "Namespace", false),
        listable("services", "Service"),
        listable("events", "Event"),
        { name: "pods/log", kind: "Pod", namespaced: true, verbs: ["get", "list"] },
        { name: "bindings", kind: "Binding", namespaced: true, verbs: ["create"] },
      ],
    });
    server.documents.set("/apis/apps/v1", {
      resources: [listable("deployments", "Deployment"), listable("replicasets", "ReplicaSet")],
    });
    server.documents.set("/apis/apps/v1beta1", {
      resources: [listable("deployments", "Deployment"), listable("relics", "Relic")],
    });
    server.lists.set("/api/v1/namespaces", [
      { metadata: { name: "shop", ...serverFields }, status: { phase: "Active" } },
    ]);
    server.lists.set("/api/v1/secrets", [
      {
        type: "Opaque",
        data: { password: encoded },
        metadata: {
          name: "db",
          namespace: "shop",
          labels: { app: "shop" },
          annotations: {
            "kubectl.kubernetes.io/last-applied-configuration": `{"stringData":{"password":"${secretValue}"}}`,
            copied: `it is ${secretValue}`,
            kept: "yes",
          },
          ...serverFields,
        },
      },
    ]);
    server.lists.set("/api/v1/configmaps", [
      ...[1, 2, 3, 4, 5].map((n) => ({
        metadata: { name: `config-${String(n)}`, namespace: "shop" },
        data: { n: String(n) },
      })),
      { metadata: { name: "kube-root-ca.crt", namespace: "shop" }, data: {} },
    ]);
    server.lists.set("/api/v1/services", [
      {
        metadata: { name: "web", namespace: "shop" },
        spec: { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ports: [] },
      },
    ]);
    server.lists.set("/apis/apps/v1/deployments", [
      {
        metadata: {
          name: "web",
          namespace: "shop",
          annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" },
          ...serverFields,
        },
        spec: {},
        status: {},
      },
    ]);
    server.lists.set("/apis/apps/v1/replicasets", [
      { metadata: { name: "web-1", ownerReferences: [{ kind: "Deployment", controller: true, uid: "x" }] } },
      { metadata: { name: "alone", ownerReferences: [{ kind: "Widget", controller: true, uid: "x" }] } },
    ]);
    server.lists.set("/apis/apps/v1beta1/relics", [{ metadata: { name: "old" } }]);
    workspace = new Workspace({ asset: "objects", source: { kind: "kubernetes-objects" } });
    Object.assign(workspace.variables, server.variables);
  });
  afterEach(async () => {
    workspace.remove();
    await server.stop();
  });

  /** The decrypted artefact. */
  async function artefact(changes: object = {}): Promise<{ text: string; items: ListedObject[] }> {
    const run = await workspace.run(["backup"], changes);
    assert.equal(run.code, 0, run.stderr);
    const output = workspace.path(`out-${run.result.id}`);
    const restored = await workspace.run(
      ["restore", "--identity", workspace.identityFiles[0], "--id", run.result.id, "--output", output],
      changes,
    );
    assert.equal(restored.code, 0, restored.stderr);
    const text = readFileSync(output, "utf8");
    return { text, items: (JSON.parse(text) as { items: ListedObject[] }).items };
  }

  it("keeps every kind once, page by page, without what controllers and the server make", async () => {
    const { items } = await artefact();
    assert.deepEqual(
      items.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
      [
        "Namespace/shop",
        "Secret/db",
        ...[1, 2, 3, 4, 5].map((n) => `ConfigMap/config-${String(n)}`),
        "Deployment/web",
        "Relic/old",
        "ReplicaSet/alone",
        "Service/web",
      ],
    );
    assert.deepEqual(items[0], { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    const metadata = { name: "web", namespace: "shop" };
    assert.deepEqual(items.at(-4), { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: {} });
    assert.deepEqual(items.at(-3), { apiVersion: "apps/v1beta1", kind: "Relic", metadata: { name: "old" } });
    assert.deepEqual(items.at(-1), {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "shop" },
      spec: { ports: [] },
    });
    const manifest = JSON.parse(readFileSync(workspace.storedFile(".manifest.json"), "utf8")) as {
      rowCounts: object;
      source: object;
    };
    assert.deepEqual(manifest.rowCounts, {
      configmaps: 5,
      "deployments.apps": 1,
      namespaces: 1,
      "relics.apps": 1,
      "replicasets.apps": 1,
      secrets: 1,
      services: 1,
    });
  });

  it("holds no secret value, neither in clear nor in base64, whatever is asked for", async () => {
    for (const secretValues of ["omit", "seal"] as const) {
      const { text } = await artefact({ source: { kind: "kubernetes-objects", secretValues } });
      for (const value of [secretValue, encoded, encoded.slice(0, 12)]) assert.ok(!text.includes(value), secretValues);
    }
  });

  it("keeps name, keys and type of a Secret, and seals its values for age when asked to", async () => {
    const omitted = (await artefact()).items[1];
    assert.deepEqual(omitted, {
      apiVersion: "v1",
      kind: "Secret",
      type: "Opaque",
      metadata: {
        name: "db",
        namespace: "shop",
        labels: { app: "shop" },
        annotations: { kept: "yes", "backup-tiers/omitted-keys": '["password"]' },
      },
    });
    const sealed = (await artefact({ source: { kind: "kubernetes-objects", secretValues: "seal" } })).items[1];
    const file = Buffer.from(sealed?.metadata.annotations?.["backup-tiers/sealed-data"] ?? "", "base64");
    assert.equal(
      runProgram("age", ["-d", "-i", workspace.identityFiles[1]], file).toString(),
      JSON.stringify({ password: encoded }),
    );
  });

  it("records what it may not list, and is refused when it may list nothing", async () => {
    server.forbidden.add("/api/v1/secrets");
    const run = await workspace.run(["backup"]);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /secrets: forbidden; it is not in the backup/);
    assert.deepEqual(run.result["omitted"], [
      "values of secrets",
      "forbidden: secrets",
      "unavailable: metrics.k8s.io/v1beta1: status 404",
    ]);
    for (const path of server.lists.keys()) server.forbidden.add(path);
    const refused = await workspace.run(["backup"]);
    assert.equal(refused.code, 2);
    assert.match(refused.result.message, /must be allowed to list \(Kubernetes\), got 403 for every kind/);
    assert.equal(workspace.stored().length, 3);
  });

  it("refuses a namespace that does not exist, and takes only the one that is named", async () => {
    const missing = await workspace.run(["backup"], { source: { kind: "kubernetes-objects", namespaces: ["shpo"] } });
    assert.equal(missing.code, 2);
    assert.match(missing.result.message, /source.namespaces must exist \(Kubernetes\), got shpo/);
    server.documents.set("/api/v1/namespaces/shop", { metadata: { name: "shop" } });
    server.lists.set("/api/v1/namespaces/shop/configmaps", [{ metadata: { name: "one", namespace: "shop" } }]);
    const { items } = await artefact({ source: { kind: "kubernetes-objects", namespaces: ["shop"] } });
    assert.deepEqual(
      items.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
      ["Namespace/shop", "ConfigMap/one"],
    );
  });

  it("leaves out of a Job what names its uid, which the server refuses in another, unless its owner chose it", async () => {
    const labels = { app: "shop" };
    const generated = {
      ...labels,
      "controller-uid": "u",
      "job-name": "migrate",
      "batch.kubernetes.io/controller-uid": "u",
      "batch.kubernetes.io/job-name": "migrate",
    };
    const job = (apiVersion: string, more: object): KubernetesObject => ({
      apiVersion,
      kind: "Job",
      metadata: { name: "migrate", labels: generated },
      spec: { ...more, selector: { matchLabels: generated }, template: { metadata: { labels: generated }, spec: {} } },
    });
    assert.deepEqual(await applicable(job("batch/v1", { completions: 1 }), undefined), {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "migrate", labels },
      spec: { completions: 1, template: { metadata: { labels }, spec: {} } },
    });
    for (const kept of [job("batch/v1", { manualSelector: true }), job("batch.example.com/v1", {})])
      assert.deepEqual(await applicable(kept, undefined), kept);
  });
});
