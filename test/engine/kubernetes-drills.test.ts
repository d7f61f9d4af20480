// A check and a drill of a PostgreSQL asset, declared in its strategy, on a real cluster by the real engine: the drill in
// a namespace of its own, from a real S3 server. Does not prove its network: kubernetes-networks.test.ts does.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { S3Server } from "../agent/support/s3-server.js";
import { needPrograms } from "../support/programs.js";
import { apply, get, kubectl, runNow } from "./support/cluster.js";
import { Project } from "./support/project.js";
import { TodoApplication } from "./support/todo-application.js";

describe("a check and a drill", function () {
  const app = new TodoApplication("kubernetes-drills");
  const drills = `${app.namespace}-drills`;
  const server = new S3Server(process.env["CLUSTER_HOST"] ?? "127.0.0.1", ["primary"]);
  let project: Project;

  const up = (...more: string[]) => project.pulumi("up", "--stack", "drills", "--yes", "--skip-preview", ...more);
  const credentials = (namespace: string) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s3-credentials", namespace },
    stringData: { ...server.credentials },
  });
  const drill = (job: string) => runNow("shop-database-smoke-drill", job, drills);
  const check = (job: string) => runNow("shop-database-check", job, app.namespace);

  before(async function () {
    needPrograms(this, "kubectl", "pulumi", "versitygw", "age", "minisign");
    project = new Project("test/engine/programs/drills");
    await server.start();
    await app.start();
    await kubectl("-n", app.namespace, "delete", "secret", "backup-identity");
    await apply(credentials(app.namespace));
    await project.pulumi("stack", "init", "drills");
    const set = (...args: string[]) => project.pulumi("config", "set", "--stack", "drills", ...args);
    await set("namespace", app.namespace);
    await set("endpoint", server.endpoint);
    await set("publicKey", app.publicKey);
    for (const [index, recipient] of app.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
  });
  after(async () => {
    await app.stop();
    await kubectl("delete", "namespace", drills, "--ignore-not-found", "--timeout=120s");
    await server.stop();
    project.remove();
  });

  it("are put on the cluster; a second up and a refresh change nothing", async () => {
    await up("--suppress-outputs");
    await up("--expect-no-changes");
    await project.pulumi("refresh", "--stack", "drills", "--yes", "--skip-preview", "--expect-no-changes");
  });

  it("have a namespace that admits restricted pods only, is closed, and takes no more than its quota", async () => {
    const namespace = (await get<{ metadata: { labels: Record<string, string> } }>("namespace", drills, ""))!;
    assert.equal(namespace.metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
    const policy = (await get<{ spec: unknown }>("networkpolicy", "drills", drills))!;
    assert.deepEqual(policy.spec, { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    const service = ["create", "service", "loadbalancer", "leak", "--tcp=80:80"];
    await assert.rejects(kubectl("-n", drills, ...service), /exceeded quota: drills/);
    await assert.rejects(
      kubectl("-n", drills, "run", "root", "--image=docker.io/library/redis:7", "--privileged"),
      /violates PodSecurity "restricted/,
    );
  });

  it("fail with the store's exit code, once, while there is no backup", async () => {
    const ended = await check("nothing-yet");
    assert.deepEqual([ended.succeeded, ended.exitCode, ended.reason], [false, 3, "PodFailurePolicy"], ended.log);
    assert.match(String(ended.result["message"]), /there is no good backup/);
  });

  it("restore the newest backup in a namespace that holds the identity alone, and leave a signed record", async () => {
    for (const [name, file] of [
      ["backup-signing-key", "minisign.key"],
      ["backup-identity", "identity.txt"],
    ] as const)
      await kubectl("-n", drills, "create", "secret", "generic", name, `--from-file=${file}=${app.key(file)}`);
    await apply(credentials(drills));
    const backup = await runNow("shop-database", "by-hand", app.namespace);
    assert.deepEqual([backup.succeeded, backup.exitCode], [true, 0], backup.log);
    const ended = await drill("by-hand-drill");
    assert.deepEqual([ended.succeeded, ended.exitCode], [true, 0], ended.log);
    const { rowCounts, checks, id, targets, rtoSeconds, rpoSeconds } = ended.result;
    assert.equal(id, backup.result["id"]);
    assert.deepEqual(rowCounts, { expected: { "public.todos": 5000 }, found: { "public.todos": 5000 } });
    assert.deepEqual(checks, [{ name: "todos are done", passed: true, found: "1666" }]);
    assert.deepEqual(targets, { rtoSeconds: 3600, rpoSeconds: 7200 });
    assert.ok(Number(rtoSeconds) > 0 && Number(rpoSeconds) > 0);
    const pods = await kubectl("-n", drills, "get", "pods", "-l", "purpose=drill", "-o", "name");
    assert.equal(pods.trim().split("\n").length, 1);
  });

  it("are content then: age, signature, hashes, locks and the newest drill", async () => {
    const ended = await check("after-the-drill");
    assert.deepEqual([ended.succeeded, ended.exitCode], [true, 0], ended.log);
    assert.deepEqual(ended.result["findings"], []);
    const pod = JSON.stringify(await get("cronjob", "shop-database-check", app.namespace));
    assert.doesNotMatch(pod, /minisign\.key|identity/, "a check needs no secret of the backup's");
  });

  it("fail where the restored data are not as the user's check asks, and the next check says so", async () => {
    await project.pulumi("config", "set", "--stack", "drills", "done", "1667");
    const steps = (await project.steps("drills")).filter(({ op }) => op !== "same");
    assert.deepEqual(
      steps.map(({ op, urn }) => [op, urn.split("::").at(-1)]),
      [["update", "shop-database-smoke-drill"]],
    );
    await up("--suppress-outputs");
    const ended = await drill("wrong-answer");
    assert.deepEqual([ended.succeeded, ended.exitCode, ended.reason], [false, 3, "PodFailurePolicy"], ended.log);
    assert.match(String(ended.result["message"]), /check todos are done: "1666" in place of "1667"/);
    const after = await check("after-the-failed-drill");
    assert.deepEqual([after.succeeded, after.exitCode], [false, 3], after.log);
    assert.match(String(after.result["message"]), /the newest drill failed/);
  });

  it("keep every secret out of the engine's state and of all logs", async () => {
    const state = await project.pulumi("stack", "export", "--stack", "drills");
    const logs: string[] = [];
    for (const namespace of [app.namespace, drills]) {
      const pods = await kubectl("-n", namespace, "get", "pods", "-l", "purpose", "-o", "name");
      for (const pod of pods.trim().split("\n"))
        logs.push(await kubectl("-n", namespace, "logs", pod, "--all-containers"));
    }
    assert.ok(logs.length >= 6, String(logs.length));
    const signingKey = readFileSync(app.key("minisign.key"), "utf8").trim().split("\n").at(-1)!;
    const secrets = [app.password, signingKey, "AGE-SECRET-KEY-", server.credentials.secretAccessKey];
    for (const secret of secrets)
      for (const form of [secret, Buffer.from(secret).toString("base64"), JSON.stringify(secret).slice(1, -1)])
        for (const text of [state, ...logs]) assert.ok(!text.includes(form));
  });

  it("leave nothing after destroy", async () => {
    await project.pulumi("destroy", "--stack", "drills", "--yes", "--skip-preview");
    assert.equal(await kubectl("get", "namespace", drills, "--ignore-not-found", "-o", "name"), "");
    const label = "app.kubernetes.io/managed-by=pulumi-backup-tiers";
    assert.equal(await kubectl("-n", app.namespace, "get", "cronjobs,networkpolicies", "-l", label, "-o", "name"), "");
  });
});
