// The agent reads a real API server with the rights of a service account: custom resources, cluster-scoped objects and
// Secrets, and the documented command takes the artefact back. Does not prove other API servers than this one.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { Workspace } from "../agent/support/workspace.js";
import { needPrograms } from "../support/programs.js";
import { apply, kubectl } from "./support/cluster.js";

const namespace = "agent-objects";
const group = "agent-objects.example.com";
const secretValue = "correct-horse-battery-staple";

interface ListedObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

describe("the agent's source of Kubernetes objects", function () {
  let workspace: Workspace;

  before(async function () {
    needPrograms(this, "kubectl", "age", "age-keygen", "minisign");
    workspace = new Workspace({ asset: "objects", source: { kind: "kubernetes-objects" } });
    await clean();
    await apply(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `widgets.${group}` },
        spec: {
          group,
          scope: "Cluster",
          names: { plural: "widgets", singular: "widget", kind: "Widget" },
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
            },
          ],
        },
      },
    );
    await kubectl("wait", "--for=condition=Established", `crd/widgets.${group}`, "--timeout=60s");
    const metadata = { name: "reader", namespace };
    const names = { name: "agent-objects-reader" };
    await apply(
      { apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "gear" }, spec: { teeth: 12 } },
      { apiVersion: "v1", kind: "Secret", metadata: { name: "db", namespace }, stringData: { password: secretValue } },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace }, data: { colour: "blue" } },
      { apiVersion: "v1", kind: "ServiceAccount", metadata },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: names,
        rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["get", "list"] }],
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: names,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: names.name },
        subjects: [{ kind: "ServiceAccount", ...metadata }],
      },
    );
    await giveAccount();
  });
  after(async () => {
    await clean();
    workspace.remove();
  });

  /** The folder that a kubelet would mount. */
  async function giveAccount(): Promise<void> {
    const token = await kubectl("-n", namespace, "create", "token", "reader");
    const authority = await kubectl(
      "-n",
      "kube-system",
      "get",
      "configmap",
      "kube-root-ca.crt",
      "-o",
      "jsonpath={.data.ca\\.crt}",
    );
    writeFileSync(workspace.path("token"), token);
    writeFileSync(workspace.path("ca.crt"), authority);
    const server = new URL(await kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"));
    Object.assign(workspace.variables, {
      KUBERNETES_SERVICE_HOST: server.hostname,
      KUBERNETES_SERVICE_PORT: server.port,
      BACKUP_TIERS_SERVICE_ACCOUNT: workspace.root,
    });
  }

  async function clean(): Promise<void> {
    await kubectl("delete", "--ignore-not-found", "namespace", namespace);
    await kubectl("delete", "--ignore-not-found", `crd/widgets.${group}`);
    for (const kind of ["clusterrole", "clusterrolebinding"]) {
      await kubectl("delete", "--ignore-not-found", kind, "agent-objects-reader");
    }
  }

  async function artefact(source: object): Promise<{ text: string; items: ListedObject[]; file: string }> {
    const made = await workspace.run(["backup"], { source: { kind: "kubernetes-objects", ...source } });
    assert.equal(made.code, 0, made.stderr);
    const file = workspace.path(`${made.result.id}.json`);
    const args = ["restore", "--identity", workspace.identityFiles[0], "--id", made.result.id, "--output", file];
    const run = await workspace.run(args);
    assert.equal(run.code, 0, run.stderr);
    const text = readFileSync(file, "utf8");
    return { text, items: (JSON.parse(text) as { items: ListedObject[] }).items, file };
  }

  it("has every kind that the server lists, custom and cluster-scoped ones too, and no value of any secret", async () => {
    const secrets = JSON.parse(await kubectl("get", "secrets", "--all-namespaces", "-o", "json")) as {
      items: { data?: Record<string, string> }[];
    };
    const values = secrets.items.flatMap(({ data }) => Object.values(data ?? {})).filter((value) => value.length > 15);
    assert.ok(values.includes(Buffer.from(secretValue).toString("base64")));
    for (const secretValues of ["omit", "seal"]) {
      const { text, items } = await artefact({ secretValues });
      const has = (kind: string, name: string): boolean =>
        items.some((item) => item.kind === kind && item.metadata.name === name);
      for (const [kind, name] of [
        ["Widget", "gear"],
        ["CustomResourceDefinition", `widgets.${group}`],
        ["ClusterRole", "agent-objects-reader"],
        ["ConfigMap", "settings"],
        ["Secret", "db"],
        ["Namespace", namespace],
      ] as const) {
        assert.ok(has(kind, name), `${kind}/${name}`);
      }
      assert.ok(!text.includes(secretValue));
      for (const value of values) assert.ok(!text.includes(value), secretValues);
    }
  });

  it("is taken back by kubectl apply after the namespace was lost", async () => {
    const { file } = await artefact({ namespaces: [namespace] });
    await kubectl("delete", "namespace", namespace, "--wait");
    const applied = spawnSync("kubectl", ["apply", "--filename", file], { encoding: "utf8" });
    assert.equal(applied.status, 0, applied.stderr);
    const colour = await kubectl("-n", namespace, "get", "configmap", "settings", "-o", "jsonpath={.data.colour}");
    assert.equal(colour, "blue");
    const trial = await kubectl("apply", "--dry-run=server", "--filename", file);
    assert.match(trial, /configmap\/settings/);
  });
});
