// Drills of Kubernetes objects on a real cluster by the real engine: what is made, tried and read by a real API server, with
// the rights of the drill's own role; that nothing started, nothing is left and production is as it was; and drills that
// fail. Does not prove that the network policies are enforced (this cluster enforces none), nor what the webhooks and
// operators of other clusters do.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { bestCompression } from "../../agent/compression.js";
import { alterArtefact } from "../agent/support/altered-artefact.js";
import { S3Server } from "../agent/support/s3-server.js";
import { type AgentRun, ended, Workspace } from "../agent/support/workspace.js";
import { needPrograms, runProgram } from "../support/programs.js";
import { BackupNamespace } from "./support/backup-namespace.js";
import { Changes, inventory } from "./support/changes.js";
import { apply, get, kubectl, runNow } from "./support/cluster.js";
import { Project } from "./support/project.js";
import { secretValue, shopDefinition, shopObjects } from "./support/shop-objects.js";

const namespace = "object-drills";
const drills = `${namespace}-drills`;
const group = "object-drills.example.com";

const made = [
  "v1/configmaps",
  "v1/serviceaccounts",
  "v1/services",
  "apps/v1/deployments",
  "apps/v1/statefulsets",
  "batch/v1/cronjobs",
];
const never = [
  "v1/secrets",
  "v1/persistentvolumeclaims",
  "v1/resourcequotas",
  "v1/limitranges",
  "apps/v1/replicasets",
  "apps/v1/daemonsets",
  "autoscaling/v2/horizontalpodautoscalers",
  "policy/v1/poddisruptionbudgets",
  "networking.k8s.io/v1/networkpolicies",
  "networking.k8s.io/v1/ingresses",
  "rbac.authorization.k8s.io/v1/roles",
  "rbac.authorization.k8s.io/v1/rolebindings",
  "discovery.k8s.io/v1/endpointslices",
  `${group}/v1/widgets`,
];

describe("a drill of Kubernetes objects", function () {
  const shop = new BackupNamespace(namespace);
  const server = new S3Server(process.env["CLUSTER_HOST"] ?? "127.0.0.1", ["primary"]);
  const changes = new Changes(drills, ["v1/pods", "batch/v1/jobs", ...made, ...never]);
  let project: Project;
  let production: Record<string, string>;
  let room: Record<string, string>;

  const up = (...more: string[]) => project.pulumi("up", "--stack", "drills", "--yes", "--skip-preview", ...more);
  const credentials = (where: string) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s3-credentials", namespace: where },
    stringData: { ...server.credentials },
  });

  before(async function () {
    needPrograms(this, "kubectl", "pulumi", "versitygw", "age", "age-keygen", "minisign", bestCompression());
    project = new Project("test/engine/programs/object-drills");
    await server.start();
    await shop.start();
    await apply(credentials(namespace), shopDefinition(group));
    await kubectl("wait", "--for=condition=Established", `crd/widgets.${group}`, "--timeout=60s");
    await apply(...shopObjects(namespace, group));
    await project.pulumi("stack", "init", "drills");
    const set = (...args: string[]) => project.pulumi("config", "set", "--stack", "drills", ...args);
    await set("namespace", namespace);
    await set("group", group);
    await set("endpoint", server.endpoint);
    await set("publicKey", shop.publicKey);
    for (const [index, recipient] of shop.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
  });
  after(async () => {
    for (const held of ["configmap/settings", `widget.${group}/gear`]) {
      const patch = ["patch", held, "--type=merge", "-p", '{"metadata":{"finalizers":null}}'];
      await kubectl("-n", namespace, ...patch).catch(() => undefined);
    }
    await shop.stop();
    await kubectl("delete", "namespace", drills, "--ignore-not-found", "--timeout=120s").catch(() => undefined);
    await kubectl("delete", "crd", `widgets.${group}`, "--ignore-not-found").catch(() => undefined);
    await server.stop();
    project.remove();
  });

  it("is put on the cluster with its rights; a second up and a refresh change nothing", async () => {
    await up("--suppress-outputs");
    await up("--expect-no-changes");
    await project.pulumi("refresh", "--stack", "drills", "--yes", "--skip-preview", "--expect-no-changes");
    const can = async (verb: string, kind: string, where: string) =>
      (
        await kubectl(
          "auth",
          "can-i",
          verb,
          kind,
          "-n",
          where,
          `--as=system:serviceaccount:${drills}:state-drill`,
        ).catch((error: unknown) => (error as { stdout: string }).stdout)
      ).trim();
    assert.equal(await can("create", "configmaps", drills), "yes");
    for (const [verb, kind, where] of [
      ["create", "configmaps", namespace],
      ["list", "configmaps", namespace],
      ["get", "secrets", drills],
      ["list", "secrets", drills],
      ["delete", "secrets", drills],
      ["create", "pods", drills],
      ["create", "rolebindings", drills],
      ["delete", `widgets.${group}`, drills],
      ["create", "namespaces", drills],
    ] as const)
      assert.equal(await can(verb, kind, where), "no", `${verb} ${kind} in ${where}`);
  });

  it("restores a namespace into the closed one, and everything is proven", async () => {
    for (const [name, file] of [
      ["backup-signing-key", "minisign.key"],
      ["backup-identity", "identity.txt"],
    ] as const)
      await kubectl("-n", drills, "create", "secret", "generic", name, `--from-file=${file}=${shop.key(file)}`);
    await apply(credentials(drills));
    const backup = await runNow("state", "by-hand", namespace);
    assert.deepEqual([backup.succeeded, backup.exitCode], [true, 0], backup.log);
    production = await inventory(namespace);
    room = await inventory(drills);
    await changes.begin();
    const drill = await runNow("state-drill", "rehearsal", drills);
    assert.deepEqual([drill.succeeded, drill.exitCode], [true, 0], drill.log);
    const { rowCounts, checks, problems, id } = drill.result as unknown as {
      rowCounts: Record<string, Record<string, number>>;
      checks: { name: string; passed: boolean; found: string }[];
      problems: string[];
      id: string;
    };
    assert.deepEqual([id, problems], [backup.result["id"], []]);
    const { namespaces, ...found } = rowCounts["found"]!;
    assert.deepEqual([found, namespaces], [rowCounts["expected"], 1]);
    assert.equal(found[`widgets.${group}`], 1);
    for (const { name, passed, found: figures } of checks.slice(0, 2)) {
      const [good, all] = figures.split(" of ");
      assert.deepEqual([passed, good], [true, all], `${name}: ${figures}`);
      assert.ok(Number(all) >= 9, `${name}: ${figures}`);
    }
    assert.equal(
      checks[2]!.found,
      "namespaces 1, rolebindings.rbac.authorization.k8s.io 2, roles.rbac.authorization.k8s.io 2",
    );
    assert.doesNotMatch(drill.log, new RegExp(secretValue));
  });

  it("leaves nothing, and production as it was", async () => {
    const after = await inventory(drills);
    const own = /^(Pod|Job)\/rehearsal/;
    const added = Object.keys(after).filter((name) => !own.test(name) && room[name] === undefined);
    assert.deepEqual(added, []);
    // The CronJob notes its Jobs, the quota its pods.
    const steady = (all: Record<string, string>) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => !own.test(name) && name !== "ResourceQuota/drills"));
    assert.deepEqual(steady(after), steady(room));
    assert.deepEqual(await inventory(namespace), production);
  });

  it("has started nothing: each object that was made, was made so that it could reach nothing", async () => {
    const all = async (path: string) => {
      const seen = await changes.of(path);
      assert.ok(seen.length > 0, path);
      return seen.filter(({ metadata }) => metadata.labels?.["backup-tiers/drill"] !== undefined);
    };
    for (const path of made)
      for (const { metadata } of await all(path)) {
        assert.equal(metadata.annotations?.["external-dns.alpha.kubernetes.io/hostname"], undefined);
        assert.deepEqual(Object.keys(metadata.labels!).sort(), [
          "app.kubernetes.io/managed-by",
          "backup-tiers/drill",
          "purpose",
        ]);
      }
    const services = await all("v1/services");
    assert.deepEqual([...new Set(services.map(({ metadata }) => metadata.name))].sort(), ["payments", "web"]);
    for (const { spec } of services) assert.deepEqual([spec["type"], spec["selector"]], ["ClusterIP", undefined]);
    for (const { spec } of await all("apps/v1/deployments"))
      assert.deepEqual([spec["replicas"], spec["paused"]], [0, true]);
    for (const { spec } of await all("apps/v1/statefulsets")) assert.equal(spec["replicas"], 0);
    for (const { spec } of await all("batch/v1/cronjobs")) assert.equal(spec["suspend"], true);
    for (const { metadata } of await all("v1/serviceaccounts")) assert.deepEqual(metadata.annotations, undefined);
    for (const path of never) {
      const names = (await changes.of(path)).map(({ metadata }) => metadata.name);
      // The quota counts the pod of the drill itself.
      assert.deepEqual(
        names.filter((name) => path !== "v1/resourcequotas" || name !== "drills"),
        [],
        path,
      );
    }
    for (const path of ["v1/pods", "batch/v1/jobs"])
      for (const { metadata } of await changes.of(path)) assert.match(metadata.name, /^rehearsal/);
  });

  describe("of an artefact that is wrong, or one that is killed", () => {
    let workspace: Workspace;

    beforeEach(async () => {
      workspace = new Workspace({
        asset: "faults",
        source: { kind: "kubernetes-objects", namespaces: [namespace] },
      });
      await giveAccount(namespace, "state");
      const backup = await workspace.run(["backup"]);
      assert.equal(backup.code, 0, backup.stderr);
      await giveAccount(drills, "state-drill");
      room = await inventory(drills);
    });
    afterEach(() => {
      workspace.remove();
    });

    /** The folder that a kubelet would mount, of the accounts that the components made. */
    async function giveAccount(where: string, name: string): Promise<void> {
      const folder = workspace.path(`account-${name}`);
      mkdirSync(folder);
      writeFileSync(`${folder}/token`, await kubectl("-n", where, "create", "token", name));
      writeFileSync(`${folder}/namespace`, where);
      const authority = ["get", "configmap", "kube-root-ca.crt", "-o", "jsonpath={.data.ca\\.crt}"];
      writeFileSync(`${folder}/ca.crt`, await kubectl("-n", "kube-system", ...authority));
      const url = new URL(await kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"));
      Object.assign(workspace.variables, {
        KUBERNETES_SERVICE_HOST: url.hostname,
        KUBERNETES_SERVICE_PORT: url.port,
        BACKUP_TIERS_SERVICE_ACCOUNT: folder,
      });
    }

    const args = () => ["drill", "--identity", workspace.identityFiles[0]];
    const ours = () =>
      kubectl("-n", drills, "get", "configmaps,services,deployments", "-l", "backup-tiers/drill", "-o", "name");

    it("fails with 3 when an object is missing against the counts", async () => {
      alterArtefact(workspace, (text) => text.replace(/^.*"name":"settings".*\n/m, ""));
      const run = await workspace.run(args());
      assert.equal(run.code, 3, run.stderr);
      assert.match(run.result.message, /^configmaps: \d+ in place of \d+$/);
      assert.deepEqual(await inventory(drills), room);
    });

    it("fails with 3 when the server refuses objects, with its words", async () => {
      alterArtefact(workspace, (text) =>
        text
          .replace('"colour":"blue"', '"colour":7')
          .replace('"teeth":12', '"teeth":"many"')
          .replace('"matchLabels":{"app":"store"}', '"matchLabels":{"app":"shop"}')
          .replace('"minAvailable":1', '"minAvailabel":1')
          .replace("autoscaling/v2", "autoscaling/v2beta1"),
      );
      const run = await workspace.run(args());
      assert.equal(run.code, 3, run.stderr);
      const problems = [...(run.result["problems"] as string[])].sort();
      for (const [index, words] of [
        /^ConfigMap object-drills\/settings: .*cannot unmarshal number into Go struct field ConfigMap\.data of type string/,
        /^PodDisruptionBudget object-drills\/web: .*unknown field "spec\.minAvailabel"/,
        /^StatefulSet object-drills\/store: .*`?selector`? does not match template/,
        /^Widget object-drills\/gear: .*spec\.teeth: Invalid value: "string"/,
        /^object-drills\/web: the API server knows no HorizontalPodAutoscaler of autoscaling\/v2beta1$/,
      ].entries())
        assert.match(problems[index] ?? "", words);
      assert.equal(problems.length, 5, problems.join("\n"));
      assert.deepEqual(await inventory(drills), room);
    });

    /** Starts a drill whose judge never ends, and kills it while the restored objects stand; tells how it ended. */
    async function killed(signal: NodeJS.Signals): Promise<AgentRun> {
      const pipe = workspace.path(`judge-${signal}`);
      runProgram("mkfifo", [pipe]);
      workspace.program("judge", `cat >/dev/null; echo $$ >${pipe}; exec sleep 600`);
      const run = workspace.start(args(), { drill: { command: ["judge"] } });
      const end = ended(run);
      const judge = Number(await readFile(pipe, "utf8"));
      assert.match(await ours(), /deployment\.apps\/web/);
      run.kill(signal);
      const result = await end;
      if (signal === "SIGKILL") process.kill(judge, "SIGKILL");
      return result;
    }

    it("leaves nothing when it is asked to end", async () => {
      const run = await killed("SIGTERM");
      assert.equal(run.code, 1, run.stderr);
      assert.deepEqual(await inventory(drills), room);
    });

    it("removes what a killed one has left", async () => {
      await killed("SIGKILL");
      assert.match(await ours(), /service\/web/);
      const run = await workspace.run(args());
      assert.equal(run.code, 0, run.stderr);
      assert.match(run.stderr, /removed \d+ objects that another drill had left/);
      assert.deepEqual(await inventory(drills), room);
    });

    it("is refused in a namespace that was not prepared for it", async () => {
      await kubectl("label", "namespace", drills, "purpose-");
      const run = await workspace.run(args());
      await kubectl("label", "namespace", drills, "purpose=drill");
      assert.equal(run.code, 2);
      assert.match(run.result.message, /must have the label purpose=drill/);
    });
  });

  describe("at the end", () => {
    it("keeps every secret out of the engine's state, the store's records and all logs", async () => {
      const state = await project.pulumi("stack", "export", "--stack", "drills");
      const logs: string[] = [];
      for (const where of [namespace, drills])
        for (const pod of (await kubectl("-n", where, "get", "pods", "-l", "purpose", "-o", "name")).trim().split("\n"))
          logs.push(await kubectl("-n", where, "logs", pod, "--all-containers"));
      assert.equal(logs.length, 2);
      const signingKey = readFileSync(shop.key("minisign.key"), "utf8").trim().split("\n").at(-1)!;
      for (const secret of [secretValue, signingKey, "AGE-SECRET-KEY-", server.credentials.secretAccessKey])
        for (const form of [secret, Buffer.from(secret).toString("base64")])
          for (const text of [state, ...logs]) assert.ok(!text.includes(form));
    });

    it("leaves nothing after destroy", async () => {
      await project.pulumi("destroy", "--stack", "drills", "--yes", "--skip-preview");
      assert.equal(await get("namespace", drills, ""), undefined);
    });
  });
});
