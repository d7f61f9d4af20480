// The Todo application on a real cluster, by the real engine: declared, put there, backed up by its CronJobs inside real
// pods, restored with every row. Does not prove that a CSI driver resizes or snapshots volumes, that NetworkPolicies are
// enforced, or that a schedule fires at its time: the cluster has no driver and no enforcement, and Jobs are started by hand.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { needPrograms } from "../support/programs.js";
import { get, kubectl, runNow, ended } from "./support/cluster.js";
import { Project } from "./support/project.js";
import { TodoApplication } from "./support/todo-application.js";

const programs = ["kubectl", "pulumi", "age", "minisign", "zstd", "pg_restore"];

async function configure(project: Project, app: TodoApplication, stack: string, environment: string): Promise<void> {
  await project.pulumi("stack", "init", stack);
  const set = (...args: string[]) => project.pulumi("config", "set", "--stack", stack, ...args);
  await set("backup-tiers:environment", environment);
  await set("namespace", app.namespace);
  await set("storageClassName", app.storageClassName);
  for (const [index, recipient] of app.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
}

const up = (project: Project, stack: string) =>
  project.pulumi("up", "--stack", stack, "--yes", "--skip-preview", "--suppress-outputs");

describe("the Todo application in development", function () {
  const app = new TodoApplication("todo-development");
  let project: Project;

  before(async function () {
    needPrograms(this, ...programs);
    project = new Project("examples/todo-app");
    await app.start();
    await configure(project, app, "todo", "development");
  });
  after(async () => {
    await app.stop();
    project.remove();
  });

  it("is foreseen by the offline preview as by the engine: the same resources, the same inputs", async () => {
    const steps = await project.steps("todo");
    const cli = join(__dirname, "../../dist/cli/main.js");
    const text = execFileSync(process.execPath, [cli, "preview", project.folder, "--stack", "todo", "--json"], {
      maxBuffer: 64e6,
    }).toString();
    const { resources } = JSON.parse(text) as {
      resources: { urn: string; inputs: Record<string, { spec?: unknown }> }[];
    };
    assert.deepEqual(resources.map(({ urn }) => urn).sort(), steps.map(({ urn }) => urn).sort());
    const urn = steps.map((step) => step.urn).find((name) => name.endsWith("CronJob::todo-database"));
    const foreseen = steps.find((step) => step.urn === urn)?.newState?.inputs["spec"];
    assert.deepEqual(resources.find((resource) => resource.urn === urn)?.inputs["spec"], foreseen);
  });

  it("is put on the cluster, and a second up changes nothing", async () => {
    await up(project, "todo");
    assert.deepEqual([...new Set((await project.steps("todo")).map(({ op }) => op))], ["same"]);
    await project.pulumi("up", "--stack", "todo", "--yes", "--skip-preview", "--expect-no-changes");
    await project.pulumi("refresh", "--stack", "todo", "--yes", "--skip-preview", "--expect-no-changes");
  });

  it("backs up both assets by the guide's own commands, in pods that restricted admits", async () => {
    const database = await runNow("todo-database-backup", "by-hand-database", app.namespace);
    assert.deepEqual(
      [database.succeeded, database.exitCode, database.result["status"]],
      [true, 0, "done"],
      database.log,
    );
    const application = await runNow("todo-application-backup-scheduled", "by-hand-application", app.namespace);
    assert.deepEqual([application.succeeded, application.exitCode], [true, 0], application.log);
    assert.deepEqual(
      app.objects().map((name) => name.replace(/\d{4}\/\d\d\/\d\d\/[^.]+/, "<id>")),
      [
        "development/application/daily/<id>.manifest.json",
        "development/application/daily/<id>.objects.json.zst.age",
        "development/database/daily/<id>.dump.zst.age",
        "development/database/daily/<id>.globals.sql.zst.age",
        "development/database/daily/<id>.manifest.json",
      ],
    );
  });

  it("leaves no value of a Secret in the application's state, and keeps the names", () => {
    const artefact = app.objects().find((name) => name.endsWith("objects.json.zst.age"))!;
    const plain = execFileSync(
      "sh",
      ["-c", 'age -d -i "$1" "$2" | zstd -dc', "sh", app.key("identity.txt"), join(app.volume, artefact)],
      { maxBuffer: 64e6 },
    ).toString();
    const found = (JSON.parse(plain) as { items: { kind: string; metadata: { name: string } }[] }).items;
    assert.ok(found.some(({ kind, metadata }) => kind === "Secret" && metadata.name === "todo-secrets"));
    assert.ok(found.some(({ kind, metadata }) => kind === "Deployment" && metadata.name === "todo-postgres"));
    for (const value of [
      app.password,
      readFileSync(app.key("minisign.key"), "utf8").trim().split("\n").at(-1)!,
      readFileSync(app.key("identity.txt"), "utf8").trim().split("\n").at(-1)!,
    ])
      for (const form of [value, Buffer.from(value).toString("base64"), encodeURIComponent(value)])
        assert.ok(!plain.includes(form));
  });

  it("shows exactly the cells that differ when the stack is switched to production", async () => {
    await project.pulumi("config", "set", "--stack", "todo", "backup-tiers:environment", "production");
    const steps = (await project.steps("todo")).filter(({ op }) => !["same", "read"].includes(op));
    const differing = steps
      .map(
        ({ op, urn, detailedDiff }) =>
          `${op} ${urn.split("::").at(-1)!}: ${Object.keys(detailedDiff ?? {})
            .sort()
            .join(" ")}`,
      )
      .sort();
    await project.pulumi("config", "set", "--stack", "todo", "backup-tiers:environment", "development");
    assert.deepEqual(differing, [
      "update todo-application: spec.jobTemplate.spec.template.spec.containers[0].env[0].value spec.jobTemplate.spec.template.spec.containers[0].volumeMounts[3] spec.jobTemplate.spec.template.spec.volumes[4]",
      "update todo-backup-pvc: spec.resources.requests.storage",
      "update todo-backup-snapshot-class: deletionPolicy",
      "update todo-database: spec.jobTemplate.spec.activeDeadlineSeconds spec.jobTemplate.spec.template.spec.containers[0].env[0].value spec.jobTemplate.spec.template.spec.containers[0].volumeMounts[4] spec.jobTemplate.spec.template.spec.volumes[5] spec.schedule",
    ]);
  });

  it("leaves nothing after destroy", async () => {
    await project.pulumi("destroy", "--stack", "todo", "--yes", "--skip-preview");
    const kinds = "cronjobs,configmaps,serviceaccounts,networkpolicies,roles,rolebindings,persistentvolumeclaims";
    const left = await kubectl(
      "-n",
      app.namespace,
      "get",
      kinds,
      "-l",
      "app.kubernetes.io/managed-by=pulumi-backup-tiers",
      "-o",
      "name",
    );
    assert.equal(left, "");
    assert.equal(
      await kubectl("get", "volumesnapshotclass", "todo-backup-snapshot-class", "--ignore-not-found", "-o", "name"),
      "",
    );
  });
});

describe("the Todo application in production", function () {
  const app = new TodoApplication("todo-production");
  let project: Project;
  let restores: Project;

  before(async function () {
    needPrograms(this, ...programs);
    project = new Project("examples/todo-app");
    restores = new Project("test/engine/programs/restore");
    await app.start();
    await configure(project, app, "todo", "production");
    await up(project, "todo");
  });
  after(async () => {
    await app.stop();
    project.remove();
    restores.remove();
  });

  it("leaves an artefact that the stock age decrypts and a manifest that the stock minisign verifies", async () => {
    const run = await runNow("todo-database-backup", "first", app.namespace);
    assert.deepEqual([run.succeeded, run.exitCode], [true, 0], run.log);
    const find = (ending: string) =>
      join(
        app.volume,
        app.objects().find((name) => name.includes(String(run.result["id"])) && name.endsWith(ending))!,
      );
    const verified = execFileSync("minisign", [
      "-V",
      "-p",
      app.key("minisign.pub"),
      "-m",
      find(".manifest.json"),
      "-x",
      find(".manifest.json.minisig"),
    ]).toString();
    assert.match(verified, /Signature and comment signature verified/);
    for (const identity of ["identity.txt", "safe.txt"]) {
      const list = execFileSync("sh", [
        "-c",
        'age -d -i "$1" "$2" | zstd -dc | pg_restore -l',
        "sh",
        app.key(identity),
        find(".dump.zst.age"),
      ]).toString();
      assert.match(list, /TABLE DATA public todos/);
    }
    const manifest = JSON.parse(readFileSync(find(".manifest.json"), "utf8")) as {
      class: string;
      rowCounts: object;
      environment: string;
    };
    assert.deepEqual(
      [manifest.class, manifest.rowCounts, manifest.environment],
      ["hourly", { "public.todos": 5000 }, "production"],
    );
  });

  it("restores every row into an empty database by a restore Job, and refuses one that is not empty", async () => {
    await app.sql("postgres", "create database restored");
    await restores.pulumi("stack", "init", "restore");
    const set = (key: string, value: string) => restores.pulumi("config", "set", "--stack", "restore", key, value);
    await set("namespace", app.namespace);
    await set("publicKey", app.publicKey);
    await set("database", "restored");
    await up(restores, "restore");
    assert.equal(await app.rows("restored"), await app.rows("tododb"));
    await restores.pulumi("destroy", "--stack", "restore", "--yes", "--skip-preview");

    await app.sql("restored", "delete from todos where id > 10");
    await assert.rejects(up(restores, "restore"));
    const refused = await ended("todo-restore", app.namespace);
    assert.deepEqual([refused.succeeded, refused.exitCode], [false, 2], refused.log);
    assert.equal((await app.rows("restored")).split("|")[0], "10");
    await restores.pulumi("destroy", "--stack", "restore", "--yes", "--skip-preview");
  });

  it("restores every row by the command line, from nothing but the CronJob", async () => {
    await app.sql("postgres", "create database by_hand");
    const cronJob = await kubectl("-n", app.namespace, "get", "cronjob", "todo-database-backup", "-o", "json");
    const options = ["restore", "--identity-secret", "backup-identity", "--database", "by_hand"];
    const job = execFileSync(process.execPath, ["dist/cli/main.js", ...options], { input: cronJob });
    const created = execFileSync("kubectl", ["create", "-f", "-", "-o", "name"], { input: job }).toString().trim();
    const run = await ended(created.replace("job.batch/", ""), app.namespace);
    assert.deepEqual([run.succeeded, run.exitCode], [true, 0], run.log);
    assert.equal(await app.rows("by_hand"), await app.rows("tododb"));
    await kubectl("-n", app.namespace, "delete", created);
  });

  it("ends with the right code and no manifest when the password is wrong, once, without a retry", async () => {
    const before = app.objects();
    await kubectl(
      "-n",
      app.namespace,
      "patch",
      "secret",
      "todo-secrets",
      "-p",
      JSON.stringify({ stringData: { "postgres-password": "wrong" } }),
    );
    const run = await runNow("todo-database-backup", "wrong-password", app.namespace);
    await kubectl(
      "-n",
      app.namespace,
      "patch",
      "secret",
      "todo-secrets",
      "-p",
      JSON.stringify({ stringData: { "postgres-password": app.password } }),
    );
    assert.deepEqual([run.succeeded, run.exitCode, run.reason], [false, 2, "PodFailurePolicy"], run.log);
    assert.match(String(run.result["message"]), /password/i);
    assert.deepEqual(app.objects(), before);
  });

  it("keeps every secret out of the engine's state and out of the pods' logs", async () => {
    const state = await project.pulumi("stack", "export", "--stack", "todo");
    const pods = (await kubectl("-n", app.namespace, "get", "pods", "-l", "purpose", "-o", "name")).trim().split("\n");
    const logs = await Promise.all(pods.map((pod) => kubectl("-n", app.namespace, "logs", pod, "--all-containers")));
    assert.ok(pods.length > 0);
    const signingKey = readFileSync(app.key("minisign.key"), "utf8").trim().split("\n").at(-1)!;
    for (const secret of [app.password, signingKey, "AGE-SECRET-KEY-"])
      for (const text of [state, ...logs]) assert.ok(!text.includes(secret));
  });

  it("refuses to be destroyed and keeps its volume", async () => {
    await assert.rejects(
      project.pulumi("destroy", "--stack", "todo", "--yes", "--skip-preview"),
      /todo-backup-pvc.*protect|protect/s,
    );
    assert.ok((await get("persistentvolumeclaim", "todo-backup-pvc", app.namespace)) !== undefined);
    for (const [kind, name] of [
      ["cronjob", "todo-database-backup"],
      ["cronjob", "todo-application-backup-scheduled"],
      ["networkpolicy", "todo-database-backup"],
      ["rolebinding", "todo-application-backup-scheduled"],
      ["volumesnapshotclass", "todo-backup-snapshot-class"],
    ] as const)
      assert.ok((await get(kind, name, app.namespace)) !== undefined, `${kind} ${name}`);
    const again = await runNow("todo-database-backup", "after-destroy", app.namespace);
    assert.equal(again.exitCode, 0, again.log);
  });
});
