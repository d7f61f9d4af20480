// The library's NetworkPolicies, enforced on a real cluster's packets: what must be closed is closed, and the jobs that run
// under them reach what they need. The enforcer is the tests' own, after the specification and behind kube-proxy's
// translation of addresses, as most network plugins are. Does not prove the plugins themselves, nor their delays, nor
// IPv6; pods on their node's network have no policy.
import assert from "node:assert/strict";
import { S3Server } from "../agent/support/s3-server.js";
import { needPrograms, skip } from "../support/programs.js";
import { apply, kubectl, runNow } from "./support/cluster.js";
import { NetworkEnforcer } from "./support/network-enforcer.js";
import { listener, probe, type Reached } from "./support/network-probe.js";
import { Project } from "./support/project.js";
import { TodoApplication } from "./support/todo-application.js";
import { start } from "./support/workload.js";

const host = process.env["CLUSTER_HOST"] ?? "127.0.0.1";

/** Labels of pods that no policy selects, unless it selects all. */
const nobody = { "app.kubernetes.io/managed-by": "another" };

describe("the networks of jobs", function () {
  const app = new TodoApplication("kubernetes-networks");
  const { namespace } = app;
  const drills = `${namespace}-drills`;
  /** Where name servers of pods listen on a port of their own. */
  const dns = "openshift-dns";
  const store = new S3Server(host, ["primary"]);
  const other = new S3Server(host);
  const enforcer = new NetworkEnforcer(host, [namespace, drills]);
  let project: Project | undefined;
  let apiPort = 0;
  let made = false;

  const set = (...args: string[]) => project!.pulumi("config", "set", "--stack", "networks", ...args);
  const up = () => project!.pulumi("up", "--stack", "networks", "--yes", "--skip-preview", "--suppress-outputs");
  const job = (name: string) => ({ "backup-tiers/job": name });
  const addressOf = async (service: string) =>
    (await kubectl("-n", namespace, "get", "service", service, "-o", "jsonpath={.spec.clusterIP}")).trim();
  const succeeds = async (cronJob: string, where = namespace, run = "by-hand") => {
    const ended = await runNow(cronJob, `${cronJob}-${run}`, where);
    assert.deepEqual([ended.succeeded, ended.exitCode], [true, 0], ended.log);
    return ended.result;
  };

  before(async function () {
    needPrograms(this, "kubectl", "pulumi", "nft", "versitygw", "age", "minisign");
    if (process.getuid?.() !== 0) skip(this, "enforcing policies needs root");
    project = new Project("test/engine/programs/networks");
    await store.start();
    await other.start();
    await app.start();
    await enforcer.start();
    await start({
      namespace,
      name: "redis",
      image: "docker.io/library/redis:7",
      command: ["redis-server", "--save", "", "--dir", "/tmp", "--protected-mode", "no"],
      user: 999,
      port: 6379,
    });
    // As a Service of a vendor's chart: its port is not that of its pods.
    await apply({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "sessions", namespace },
      spec: { selector: { app: "redis" }, ports: [{ port: 6380, targetPort: 6379 }] },
    });
    const server = await kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}");
    apiPort = Number(new URL(server).port);
    await kubectl("create", "namespace", dns);
    made = true;
    await project.pulumi("stack", "init", "networks");
    await set("namespace", namespace);
    await set("endpoint", store.endpoint);
    await set("publicKey", app.publicKey);
    for (const [index, recipient] of app.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
    await set("--path", "apiServerPorts[0]", "443");
    await set("--path", "apiServerPorts[1]", String(apiPort));
    await up();
    for (const where of [namespace, drills])
      await apply({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s3-credentials", namespace: where },
        stringData: { ...store.credentials },
      });
    for (const [name, file] of [
      ["backup-signing-key", "minisign.key"],
      ["backup-identity", "identity.txt"],
    ] as const)
      await kubectl("-n", drills, "create", "secret", "generic", name, `--from-file=${file}=${app.key(file)}`);
  });
  after(async () => {
    if (project === undefined) return;
    await app.stop();
    if (made) await kubectl("delete", "namespace", dns, "--timeout=120s");
    await kubectl("delete", "namespace", drills, "--ignore-not-found", "--timeout=120s");
    await store.stop();
    await other.stop();
    project.remove();
    await enforcer.stop();
  });

  it("let a job reach its server, its store and name servers, by names and Services, and nothing else", async () => {
    const [nameServer, another] = await Promise.all([
      listener(dns, "name-server", nobody, 5353),
      listener(namespace, "no-name-server", nobody, 5353),
    ]);
    const targets = {
      database: "todo-postgres:5432",
      store: `${host}:${String(store.port)}`,
      names: `${host}:53`,
      podOfNames: `${nameServer}:5353`,
      redis: "sessions:6380",
      api: "kubernetes.default:443",
      elsewhere: `${host}:${String(other.port)}`,
      podOfOthers: `${another}:5353`,
    };
    const all = Object.values(targets);
    const needed = [targets.database, targets.store, targets.names, targets.podOfNames];
    const [reached, anyone] = await Promise.all([
      probe(namespace, "orders-probe", job("orders"), all),
      probe(namespace, "any-probe", nobody, all),
    ]);
    assert.deepEqual(anyone, expected(all, all), "a pod without a policy keeps its network");
    assert.deepEqual(reached, expected(all, needed));
  });

  it("let nobody reach a job", async () => {
    const [closed, open] = await Promise.all([
      listener(namespace, "orders-listener", job("orders"), 8080),
      listener(namespace, "any-listener", nobody, 8080),
    ]);
    const targets = [`${closed}:8080`, `${open}:8080`];
    const reached = await probe(namespace, "ingress-probe", nobody, targets);
    assert.deepEqual(reached, expected(targets, [`${open}:8080`]));
  });

  it("let backups and checks succeed: of PostgreSQL, and of objects by the API server behind its Service", async () => {
    await Promise.all([succeeds("orders"), succeeds("state")]);
    await succeeds("orders-check");
    const targets = ["kubernetes.default:443", "todo-postgres:5432"];
    const reached = await probe(namespace, "state-probe", job("state"), targets);
    assert.deepEqual(reached, expected(targets, targets.slice(0, 1)));
  });

  it("let a backup reach what is behind a Service of another port, where that of its pods is given", async () => {
    const before = await probe(namespace, "sessions-probe", job("sessions"), ["sessions:6380"]);
    assert.deepEqual(before, { "sessions:6380": "closed" });
    await set("--path", "sessionsNetwork.egressPorts[0]", "6379");
    // One update for this and for the restore, whose end it waits for.
    await app.sql("postgres", "create database restored");
    await set("restore", "true");
    await up();
    await succeeds("sessions");
  });

  it("let both jobs of pgBackRest reach its server", async () => {
    const address = await listener(namespace, "pgbackrest-listener", nobody, 8432, 8433);
    const targets = [`${address}:8432`, `${address}:8433`, `${host}:${String(store.port)}`];
    const reached = await Promise.all(
      ["full", "diff"].map((type) => probe(namespace, `${type}-probe`, job(`ledger-${type}`), targets)),
    );
    for (const each of reached) assert.deepEqual(each, expected(targets, [targets[0]!, targets[2]!]));
  });

  it("let drills reach the store and no more, where all other pods reach nothing", async () => {
    const database = `${await addressOf("todo-postgres")}:5432`;
    const api = `${(await kubectl("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}")).trim()}:443`;
    const stored = `${host}:${String(store.port)}`;
    const names = `${host}:53`;
    const targets = [database, api, stored, names, `${host}:${String(other.port)}`];
    const [ofDrill, ofObjects, ofAnyone, listening] = await Promise.all([
      probe(drills, "orders-drill-probe", job("orders-drill"), targets),
      probe(drills, "state-drill-probe", job("state-drill"), targets),
      probe(drills, "any-probe", {}, targets),
      listener(drills, "any-listener", {}, 8080),
    ]);
    assert.deepEqual(ofDrill, expected(targets, [stored, names]));
    assert.deepEqual(ofObjects, expected(targets, [stored, names, api]));
    assert.deepEqual(ofAnyone, expected(targets, []));
    const inbound = await probe(namespace, "drills-probe", nobody, [`${listening}:8080`]);
    assert.deepEqual(inbound, { [`${listening}:8080`]: "closed" });
    await kubectl("-n", drills, "delete", "pod", "any-listener");
  });

  it("let drills of a database and of objects succeed", async () => {
    const [{ rowCounts }] = await Promise.all([succeeds("orders-drill", drills), succeeds("state-drill", drills)]);
    assert.deepEqual(rowCounts, { expected: { "public.todos": 5000 }, found: { "public.todos": 5000 } });
  });

  it("let a restore reach its server and its store, and nothing else", async () => {
    assert.equal(await app.rows("restored"), await app.rows("tododb"));
    const targets = ["todo-postgres:5432", `${host}:${String(store.port)}`, `${host}:${String(other.port)}`];
    const label = { "batch.kubernetes.io/job-name": "orders-restore" };
    const reached = await probe(namespace, "restore-probe", label, targets);
    assert.deepEqual(reached, expected(targets, targets.slice(0, 2)));
  });
});

/** What a probe must say where these are open and all others closed. */
function expected(targets: readonly string[], open: readonly string[]): Record<string, Reached> {
  return Object.fromEntries(targets.map((target) => [target, open.includes(target) ? "open" : "closed"]));
}
