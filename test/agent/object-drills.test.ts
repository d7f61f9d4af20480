// Drills of Kubernetes objects against a server that takes objects in one namespace: what is made, what is only tried, what
// is never sent, what makes a drill fail, and what a killed one leaves. Does not prove what a real API server judges:
// test/engine/kubernetes-object-drills.test.ts does.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { drilledKinds, otherDrilledKinds } from "../../components/model/drilled-objects.js";
import { bestCompression } from "../../agent/compression.js";
import { firstDifference } from "../../agent/drill/first-difference.js";
import { harmless, proofOf, unnoticed } from "../../agent/drill/harmless-object.js";
import type { KubernetesObject } from "../../agent/sources/kubernetes-object.js";
import { needPrograms, runProgram } from "../support/programs.js";
import { alterArtefact } from "./support/altered-artefact.js";
import { KubernetesServer } from "./support/kubernetes-server.js";
import { type AgentRun, ended, Workspace } from "./support/workspace.js";

const metadata = {
  name: "it",
  namespace: "shop",
  labels: { app: "shop" },
  annotations: { "external-dns.alpha.kubernetes.io/hostname": "shop.example.com" },
  finalizers: ["example.com/hold"],
  ownerReferences: [{ kind: "Widget", name: "w", uid: "u" }],
};
const moved = { name: "it", namespace: "drills", labels: metadata.labels, annotations: metadata.annotations };

const changed: Record<string, [from: object, to: object]> = {
  "v1 ConfigMap": [{ data: { a: "b" } }, { data: { a: "b" } }],
  "v1 ServiceAccount": [
    { secrets: [{ name: "s" }], imagePullSecrets: [{ name: "p" }] },
    { automountServiceAccountToken: false },
  ],
  "v1 ReplicationController": [{ spec: { replicas: 3 } }, { spec: { replicas: 0 } }],
  "apps/v1 Deployment": [
    { spec: { replicas: 3, template: { a: 1 } } },
    { spec: { replicas: 0, paused: true, template: { a: 1 } } },
  ],
  "apps/v1 StatefulSet": [{ spec: { replicas: 3 } }, { spec: { replicas: 0 } }],
  "apps/v1 ReplicaSet": [{ spec: { replicas: 3 } }, { spec: { replicas: 0 } }],
  "batch/v1 CronJob": [
    { spec: { suspend: false, schedule: "* * * * *" } },
    { spec: { suspend: true, schedule: "* * * * *" } },
  ],
  "networking.k8s.io/v1 Ingress": [
    { spec: { rules: [{ host: "a.example.com" }, { http: {} }], tls: [{ hosts: ["*.b.example.com"] }, {}] } },
    {
      spec: {
        rules: [{ host: "a.example.com.invalid" }, { http: {} }],
        tls: [{ hosts: ["*.b.example.com.invalid"] }, {}],
      },
    },
  ],
  "example.com/v1 Service": [{ spec: { type: "LoadBalancer" } }, { spec: { type: "LoadBalancer" } }],
};

const services: Record<string, [from: object, to: object]> = {
  LoadBalancer: [
    {
      type: "LoadBalancer",
      selector: { app: "shop" },
      ports: [{ port: 80, nodePort: 30_080 }],
      externalIPs: ["203.0.113.1"],
      loadBalancerIP: "203.0.113.2",
      loadBalancerClass: "x",
      loadBalancerSourceRanges: ["10.0.0.0/8"],
      allocateLoadBalancerNodePorts: true,
      externalTrafficPolicy: "Local",
      healthCheckNodePort: 30_081,
      sessionAffinity: "None",
    },
    { type: "ClusterIP", ports: [{ port: 80 }], sessionAffinity: "None" },
  ],
  NodePort: [
    { type: "NodePort", ports: [{ port: 80, nodePort: 30_080 }] },
    { type: "ClusterIP", ports: [{ port: 80 }] },
  ],
  ExternalName: [
    { type: "ExternalName", externalName: "db.example.com" },
    { type: "ClusterIP", clusterIP: "None" },
  ],
  headless: [
    { clusterIP: "None", ports: [] },
    { type: "ClusterIP", clusterIP: "None", ports: [] },
  ],
};

const serverKind = (apiVersion: string, kind: string, namespaced = true) => ({
  name: "",
  root: "",
  plural: "",
  canBeMade: true,
  kind,
  apiVersion,
  namespaced,
});

describe("agent: objects in a drill", () => {
  for (const [what, [from, to]] of Object.entries(changed))
    it(`${what} can reach nothing`, () => {
      const [apiVersion = "", kind = ""] = what.split(" ");
      const object = { apiVersion, kind, metadata, ...from } as unknown as KubernetesObject;
      assert.deepEqual(harmless(object, "drills", "it"), { apiVersion, kind, metadata: moved, ...to });
    });
  for (const [type, [from, to]] of Object.entries(services))
    it(`a Service (${type}) is reached by nobody and points nowhere`, () => {
      const object = { apiVersion: "v1", kind: "Service", metadata, spec: from } as unknown as KubernetesObject;
      assert.deepEqual(harmless(object, "drills", "it")["spec"], to);
    });
  it("a Secret has no value, neither in clear nor sealed", () => {
    const annotations = { "backup-tiers/omitted-keys": '["a","b"]', "backup-tiers/sealed-data": "x", kept: "yes" };
    const object = { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata: { name: "it", annotations } };
    assert.deepEqual(harmless(object, "drills", "it"), {
      apiVersion: "v1",
      kind: "Secret",
      type: "Opaque",
      metadata: { name: "it", namespace: "drills", annotations: { kept: "yes" } },
      data: { a: "e30=", b: "e30=" },
    });
  });
  it("what is made has no label and no annotation that a controller could look for", () => {
    const object = harmless({ apiVersion: "v1", kind: "ConfigMap", metadata }, "drills", "it");
    assert.deepEqual(unnoticed(object, { ours: "1" }).metadata, {
      name: "it",
      namespace: "drills",
      labels: { ours: "1" },
    });
  });
  it("kinds are made, tried or read as the table says; what it does not know is never made", () => {
    for (const { group, kind, proof } of drilledKinds)
      assert.equal(proofOf(serverKind(group === "" ? "v1" : `${group}/v1`, kind)), proof, kind);
    assert.equal(proofOf(serverKind("example.com/v1", "Deployment")), "tried");
    assert.equal(proofOf(serverKind("v1", "Namespace", false)), "read");
    assert.deepEqual(
      drilledKinds.filter(({ proof }) => proof === "made").map(({ kind }) => kind),
      [
        "ConfigMap",
        "ServiceAccount",
        "Service",
        "ReplicationController",
        "Deployment",
        "StatefulSet",
        "ReplicaSet",
        "CronJob",
      ],
    );
  });
  it("the page tells the same of every kind", () => {
    const page = readFileSync("docs/agent.md", "utf8");
    for (const { kind, proof, why } of drilledKinds)
      assert.match(page, new RegExp(`^\\|[^|]*\`${kind}\`[^|]*\\| ${proof} +\\| ${escaped(why)} *\\|$`, "m"), kind);
    for (const { proof, why } of Object.values(otherDrilledKinds))
      assert.match(page, new RegExp(`\\| ${proof} +\\| ${escaped(why)} *\\|$`, "m"));
  });

  const differences: [sent: unknown, there: unknown, place: string | undefined][] = [
    [{ a: 1, b: {} }, { a: 1, c: 2 }, undefined],
    [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 1, d: 2 }] } }, undefined],
    [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }, "a.b[0].c"],
    [{ a: [1] }, { a: [1, 2] }, "a"],
    [{ a: "x" }, {}, "a"],
    [{ a: null, b: "", c: 0, d: false, e: [] }, {}, undefined],
    [{ a: false }, { a: true }, "a"],
    [{ a: { b: 1 } }, { a: [1] }, "a"],
  ];
  for (const [sent, there, place] of differences)
    it(`${JSON.stringify(sent)} and ${JSON.stringify(there)} differ at ${place ?? "no place"}`, () => {
      assert.equal(firstDifference(sent, there), place);
    });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

describe("agent: drills of Kubernetes objects", () => {
  let server: KubernetesServer;
  let workspace: Workspace;

  before(function () {
    needPrograms(this, "openssl", "age", "age-keygen", "minisign", bestCompression());
  });
  beforeEach(async () => {
    server = new KubernetesServer();
    await server.start();
    const resource = (name: string, kind: string, namespaced = true) => ({
      name,
      kind,
      namespaced,
      verbs: ["list", "create"],
    });
    const group = (name: string) => ({ name, versions: [{ version: "v1" }], preferredVersion: { version: "v1" } });
    server.documents.set("/version", { gitVersion: "v1.36.3" });
    server.documents.set("/apis", { groups: ["apps", "example.com", "rbac.authorization.k8s.io"].map(group) });
    server.documents.set("/api/v1", {
      resources: [
        resource("namespaces", "Namespace", false),
        resource("secrets", "Secret"),
        resource("configmaps", "ConfigMap"),
      ],
    });
    server.documents.set("/apis/apps/v1", { resources: [resource("deployments", "Deployment")] });
    server.documents.set("/apis/example.com/v1", { resources: [resource("widgets", "Widget")] });
    server.documents.set("/apis/rbac.authorization.k8s.io/v1", { resources: [resource("roles", "Role")] });
    server.documents.set("/api/v1/namespaces/drills", { metadata: { name: "drills", labels: { purpose: "drill" } } });
    const names = ["settings", "more", "backup-agent"];
    server.lists.set("/api/v1/namespaces", [{ metadata: { name: "shop" } }]);
    server.lists.set(
      "/api/v1/configmaps",
      [...names.map((name) => ["shop", name]), ["pay", "settings"]].map(([namespace, name]) => ({
        metadata: { name, namespace, labels: { grafana_dashboard: "1" } },
        data: { of: namespace },
      })),
    );
    server.lists.set("/api/v1/secrets", [
      { metadata: { name: "db", namespace: "shop" }, data: { password: "Y29ycmVjdC1ob3JzZQ==" } },
    ]);
    server.lists.set("/apis/apps/v1/deployments", [
      { metadata: { name: "web", namespace: "shop" }, spec: { replicas: 3 } },
    ]);
    server.lists.set("/apis/example.com/v1/widgets", [{ metadata: { name: "gear", namespace: "shop" }, spec: {} }]);
    server.lists.set("/apis/rbac.authorization.k8s.io/v1/roles", [{ metadata: { name: "admin", namespace: "shop" } }]);
    // What is in the drill's namespace for the drill itself.
    server.lists.set("/api/v1/namespaces/drills/configmaps", [{ metadata: { name: "backup-agent", uid: "agent" } }]);
    workspace = new Workspace({
      asset: "objects",
      source: { kind: "kubernetes-objects", secretValues: "seal" },
    });
    Object.assign(workspace.variables, server.variables);
    const made = await workspace.run(["backup"]);
    assert.equal(made.code, 0, made.stderr);
    server.writes.length = 0;
  });
  afterEach(async () => {
    workspace.remove();
    await server.stop();
  });

  const args = () => ["drill", "--identity", workspace.identityFiles[0]];
  const drill = (changes: object = {}): Promise<AgentRun> => workspace.run(args(), changes);
  /** Backups of one second have no order. */
  const backUpAgain = (): Promise<AgentRun> => {
    workspace.clockShiftSeconds += 60;
    return workspace.run(["backup"]);
  };
  const there = () =>
    [...server.lists]
      .filter(([path]) => path.includes("/namespaces/drills/"))
      .flatMap(([path, list]) =>
        list.map((object) => `${path.split("/").at(-1) ?? ""}/${(object["metadata"] as { name: string }).name}`),
      );
  const made = () => server.writes.filter(({ method, dryRun }) => method === "POST" && !dryRun);

  it("makes, tries and reads, compares, and leaves nothing", async () => {
    const run = await drill();
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(run.result["checks"], [
      { name: "objects made and compared", passed: true, found: "5 of 5" },
      { name: "objects tried by dry run", passed: true, found: "2 of 2" },
      { name: "objects only read", passed: true, found: "namespaces 1, roles.rbac.authorization.k8s.io 1" },
    ]);
    const { expected, found } = run.result["rowCounts"] as Record<string, Record<string, number>>;
    assert.deepEqual(found, expected);
    assert.equal(found?.["configmaps"], 4);
    assert.deepEqual(there(), ["configmaps/backup-agent"]);
    const namesMade = made().map(
      ({ body }) => `${String(body["kind"])}/${(body["metadata"] as { name: string }).name}`,
    );
    assert.deepEqual(namesMade.map((name) => name.replace(/drilled-.*/, "drilled")).sort(), [
      "ConfigMap/drilled",
      "ConfigMap/more",
      "ConfigMap/settings",
      "ConfigMap/settings",
      "Deployment/web",
    ]);
    for (const { body } of made())
      assert.deepEqual(Object.keys((body["metadata"] as { labels: object }).labels), [
        "app.kubernetes.io/managed-by",
        "purpose",
        "backup-tiers/drill",
      ]);
    const texts = JSON.stringify([
      server.writes,
      run.stdout,
      run.stderr,
      readFileSync(workspace.storedFile(".drill.json"), "utf8"),
    ]);
    assert.doesNotMatch(texts, /correct-horse|Y29ycmVjdC1ob3JzZQ/);
  });

  it("removes as many objects as there are, page by page", async () => {
    server.lists.set(
      "/api/v1/configmaps",
      Array.from({ length: 260 }, (_, index) => ({ metadata: { name: `c${String(index)}`, namespace: "many" } })),
    );
    assert.equal((await backUpAgain()).code, 0);
    const run = await drill();
    assert.equal(run.code, 0, run.stderr);
    assert.match(JSON.stringify(run.result["checks"]), /"found":"261 of 261"/);
    assert.deepEqual(there(), ["configmaps/backup-agent"]);
  });

  it("restores the named namespaces only", async () => {
    const run = await drill({ drill: { namespaces: ["pay"] } });
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(
      made().map(({ body }) => body["data"]),
      [{ of: "pay" }],
    );
    const missing = await drill({ drill: { namespaces: ["gone"] } });
    assert.equal(missing.code, 3);
    assert.equal(missing.result.message, "namespace gone: the artefact has no object of it");
  });

  it("fails with 3 when an object is missing against the counts", async () => {
    alterArtefact(workspace, (text) => text.replace(/^.*"name":"more".*\n/m, ""));
    const run = await drill();
    assert.equal(run.code, 3);
    assert.equal(run.result.message, "configmaps: 3 in place of 4");
    assert.deepEqual(run.result["rowCounts"], {
      expected: {
        configmaps: 4,
        "deployments.apps": 1,
        namespaces: 1,
        "roles.rbac.authorization.k8s.io": 1,
        secrets: 1,
        "widgets.example.com": 1,
      },
      found: {
        configmaps: 3,
        "deployments.apps": 1,
        namespaces: 1,
        "roles.rbac.authorization.k8s.io": 1,
        secrets: 1,
        "widgets.example.com": 1,
      },
    });
  });

  it("fails with 3 when it is no list, or only a piece of one, and sends nothing", async () => {
    alterArtefact(workspace, (text) => text.replace(/\n\]\}\n$/, "\n"));
    const cut = await drill();
    assert.equal(cut.code, 3);
    assert.equal(cut.result.message, "it cannot be restored: it is no list of objects: its end is missing");
    alterArtefact(workspace, (text) => text.replace('"kind":"ConfigMap"', '"kind":'));
    const torn = await drill();
    assert.equal(torn.code, 3);
    assert.match(torn.result.message, /it is no list of objects: line \d+ is not JSON$/);
    assert.deepEqual(server.writes, []);
  });

  it("fails with 3 when sealed values do not open, are not there, or are of other keys", async () => {
    const other = runProgram("age", ["-r", workspace.config.recipients[0] ?? ""], Buffer.from('{"another":"e30="}'));
    const wrong: [change: (text: string) => string, words: string][] = [
      [
        (text) => text.replace('"backup-tiers/sealed-data":"', '"backup-tiers/sealed-data":"AAAA'),
        "do not open with the identity",
      ],
      [
        (text) => text.replace(/("backup-tiers\/sealed-data":)"[^"]*"/, `$1"${other.toString("base64")}"`),
        "are not those of its keys",
      ],
    ];
    for (const [change, words] of wrong) {
      alterArtefact(workspace, change);
      const run = await drill();
      assert.equal(run.code, 3);
      assert.equal(run.result.message, `Secret shop/db: its sealed values ${words}`);
    }
    alterArtefact(workspace, (text) => text.replace(/,"backup-tiers\/sealed-data":"[^"]*"/, ""));
    const run = await drill();
    assert.equal(run.result.message, "Secret shop/db: it has no sealed values, and the manifest does not say so");
  });

  it("fails with 3 when the server refuses objects, with their names and its words", async () => {
    server.refusals.set("web", [422, { message: 'Deployment.apps "web" is invalid:\nspec.selector: Required value' }]);
    server.refusals.set("gear", [403, { message: "exceeded quota: drills" }]);
    const run = await drill();
    assert.equal(run.code, 3, run.stderr);
    assert.deepEqual(run.result["problems"], [
      'Deployment shop/web: Deployment.apps "web" is invalid: spec.selector: Required value',
      "Widget shop/gear: exceeded quota: drills",
    ]);
    assert.deepEqual(there(), ["configmaps/backup-agent"]);
  });

  it("tells the first twenty faults in the record and all in the log", async () => {
    const names = Array.from({ length: 25 }, (_, index) => `bad-${String(index).padStart(2, "0")}`);
    server.lists.set(
      "/api/v1/configmaps",
      names.map((name) => ({ metadata: { name, namespace: "shop" } })),
    );
    for (const name of names) server.refusals.set(name, [422, { message: `${name}: ${"x".repeat(400)}` }]);
    assert.equal((await backUpAgain()).code, 0);
    const run = await drill();
    assert.equal(run.code, 3);
    const problems = run.result["problems"] as string[];
    assert.equal(problems.length, 21);
    assert.equal(problems[0], `ConfigMap shop/bad-00: bad-00: ${"x".repeat(400)}`.slice(0, 300) + "...");
    assert.equal(problems[20], "and 5 problems more, in the log");
    for (const name of names) assert.ok(run.stderr.includes(`ConfigMap shop/${name}: `), name);
  });

  it("fails with 3 when even the substitute of a name is taken", async () => {
    server.refusals.set("db", [409, { reason: "AlreadyExists" }]);
    const name = `drilled-${createHash("sha256").update("db").digest("hex").slice(0, 10)}`;
    server.refusals.set(name, [409, { reason: "AlreadyExists" }]);
    const run = await drill();
    assert.equal(run.code, 3);
    assert.equal(run.result.message, "Secret shop/db: its name is taken");
  });

  it("fails with 1 when the server is at odds with itself, and leaves nothing", async () => {
    server.refusals.set("web", [409, { reason: "Conflict", message: "the object has been modified" }]);
    const run = await drill();
    assert.equal(run.code, 1);
    assert.match(run.result.message, /deployments.*: the object has been modified$/);
    assert.deepEqual(there(), ["configmaps/backup-agent"]);
  });

  it("fails with 3 when a kind is gone, unless the artefact brings its definition", async () => {
    server.documents.delete("/apis/example.com/v1");
    const gone = await drill();
    assert.equal(gone.code, 3);
    assert.deepEqual(gone.result["problems"], ["shop/gear: the API server knows no Widget of example.com/v1"]);
    server.documents.set("/apis/example.com/v1", {
      resources: [{ name: "widgets", kind: "Widget", namespaced: true, verbs: ["list", "create"] }],
    });
    server.documents.set("/apis", {
      groups: [
        { name: "example.com", versions: [{ version: "v1" }], preferredVersion: { version: "v1" } },
        { name: "apiextensions.k8s.io", versions: [{ version: "v1" }], preferredVersion: { version: "v1" } },
      ],
    });
    server.documents.set("/apis/apiextensions.k8s.io/v1", {
      resources: [
        { name: "customresourcedefinitions", kind: "CustomResourceDefinition", namespaced: false, verbs: ["list"] },
      ],
    });
    server.lists.set("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", [
      {
        metadata: { name: "widgets.example.com" },
        spec: { group: "example.com", names: { kind: "Widget", plural: "widgets" }, versions: [{ name: "v1" }] },
      },
    ]);
    assert.equal((await backUpAgain()).code, 0);
    server.documents.delete("/apis/example.com/v1");
    const brought = await drill();
    assert.equal(brought.code, 0, brought.stderr);
    assert.match(
      JSON.stringify(brought.result["checks"]),
      /widgets\.example\.com \(its definition is not on this server\) 1/,
    );
  });

  it("fails with 3 when what is there is not what was sent, or is gone", async () => {
    server.mutate = (object) => (object["data"] === undefined ? object : { ...object, data: { of: "another" } });
    const run = await drill({ drill: { namespaces: ["pay"] } });
    assert.equal(run.code, 3);
    assert.equal(run.result.message, "ConfigMap pay/settings: what is there differs from what was sent at data.of");
    server.mutate = (object) => ({ ...object, metadata: { ...(object["metadata"] as object), labels: {} } });
    const gone = await drill({ drill: { namespaces: ["pay"] } });
    assert.equal(gone.code, 3);
    assert.equal(gone.result.message, "ConfigMap pay/settings: it was made and is not there");
  });

  it("reads what it may not send, and is refused where it may not make what it must", async () => {
    server.denied.add("widgets");
    const run = await drill();
    assert.equal(run.code, 0, run.stderr);
    assert.match(JSON.stringify(run.result["checks"]), /widgets\.example\.com \(the drill may not send it\) 1/);
    server.denied.add("configmaps");
    const refused = await drill();
    assert.equal(refused.code, 2);
    assert.match(
      refused.result.message,
      /must be allowed to create configmaps in its namespace \(Kubernetes\), got no right/,
    );
  });

  it("tells what a webhook would not try", async () => {
    const words = 'admission webhook "w" does not support dry run';
    server.refusals.set("web", [400, { message: words }]);
    const run = await drill();
    assert.equal(run.code, 0, run.stderr);
    assert.match(JSON.stringify(run.result["checks"]), /deployments\.apps \(a webhook takes no dry runs\) 1/);
  });

  it("is refused in a namespace that nobody prepared", async () => {
    server.documents.set("/api/v1/namespaces/drills", { metadata: { name: "drills" } });
    const run = await drill();
    assert.equal(run.code, 2);
    assert.match(run.result.message, /must have the label purpose=drill .* got drills without it/);
    assert.deepEqual(server.writes, []);
  });

  it("asks the user's program for each namespace, with the objects as they were backed up", async () => {
    const good = `process.stdin.resume(); let all = ""; process.stdin.on("data", (text) => all += text).on("end", () => {
      const { items } = JSON.parse(all);
      process.exitCode = items.every(({ metadata }) => metadata.namespace === items[0].metadata.namespace) && items.length > 0 ? 0 : 9;
    });`;
    const run = await drill({ drill: { command: [process.execPath, "-e", good] } });
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual((run.result["checks"] as object[]).slice(3), [
      { name: `${process.execPath} for pay`, passed: true, found: "exit code 0" },
      { name: `${process.execPath} for shop`, passed: true, found: "exit code 0" },
    ]);
    workspace.program("judge", "cat >/dev/null; exit 7");
    const bad = await drill({ drill: { command: ["judge"], namespaces: ["pay"] } });
    assert.equal(bad.code, 3);
    assert.match(bad.result.message, /^check judge for pay: it cannot be restored: judge ended with exit code 7$/);
    assert.deepEqual(there(), ["configmaps/backup-agent"]);
  });

  /** Starts a drill whose judge never ends, and kills it while the restored objects stand; tells how it ended. */
  async function killed(signal: NodeJS.Signals): Promise<AgentRun> {
    const pipe = workspace.path(`judge-${signal}`);
    runProgram("mkfifo", [pipe]);
    workspace.program("judge", `cat >/dev/null; echo $$ >${pipe}; exec sleep 600`);
    const run = workspace.start(args(), { drill: { command: ["judge"], namespaces: ["shop"] } });
    const end = ended(run);
    const judge = Number(await readFile(pipe, "utf8"));
    assert.deepEqual(there().length, 5);
    run.kill(signal);
    const result = await end;
    if (signal === "SIGKILL") process.kill(judge, "SIGKILL");
    return result;
  }

  it("leaves nothing when it is asked to end", async () => {
    const run = await killed("SIGTERM");
    assert.equal(run.code, 1);
    assert.match(run.result.message, /ended by SIGTERM/);
    assert.deepEqual(there(), ["configmaps/backup-agent"]);
  });

  it("removes what a killed one has left, and nothing else", async () => {
    await killed("SIGKILL");
    assert.deepEqual(there().length, 5);
    const run = await drill();
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /drills: removed 4 objects that another drill had left/);
    assert.deepEqual(there(), ["configmaps/backup-agent"]);
    const deleted = server.writes.filter(({ method }) => method === "DELETE");
    assert.ok(deleted.every(({ path, body }) => !path.endsWith("backup-agent") && body["preconditions"] !== undefined));
  });
});
