// Redis, a Git repository, the files of a claim and a program's output, declared as assets of one strategy, put on a real
// cluster by the real engine, backed up by their CronJobs, and restored by the stock programs. Does not prove that a
// volume of another node is waited for (there is one node), nor ssh.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { needPrograms } from "../support/programs.js";
import { BackupNamespace } from "./support/backup-namespace.js";
import { apply, ended, kubectl, runNow } from "./support/cluster.js";
import { GitServer } from "./support/git-server.js";
import { Project } from "./support/project.js";
import { withServer } from "./support/throw-away.js";
import { start } from "./support/workload.js";

const run = promisify(execFile);
const programs = ["kubectl", "pulumi", "age", "minisign", "zstd", "git", "openssl", "redis-server", "tar"];
const password = "a password with spaces, 'quotes' and ünïcode";
const settings = "first line\nsecond – ünï";

describe("Redis, Git, files and a command", function () {
  const place = new BackupNamespace("kubernetes-sources");
  const { namespace } = place;
  const repositories = place.folderFor("repositories");
  const uploads = place.folderFor("uploads");
  const gitServer = new GitServer(repositories, process.env["CLUSTER_HOST"] ?? "127.0.0.1");
  let project: Project;

  const up = (...more: string[]) => project.pulumi("up", "--stack", "sources", "--yes", "--skip-preview", ...more);
  const redis = async (...words: string[]) =>
    (
      await kubectl("-n", namespace, "exec", "deployment/sessions", "--", "redis-cli", "--no-auth-warning", ...words)
    ).trim();

  before(async function () {
    needPrograms(this, ...programs);
    project = new Project("test/engine/programs/sources");
    await place.start();
    await place.secret("sessions", `--from-literal=password=${password}`);
    await startRedis();
    await makeRepository();
    await gitServer.start();
    await place.secret("git-reader", `--from-literal=password=${gitServer.password}`);
    await place.secret("git-ca", `--from-file=ca.crt=${gitServer.certificate}`);
    await startShop();
    await project.pulumi("stack", "init", "sources");
    const set = (...args: string[]) => project.pulumi("config", "set", "--stack", "sources", ...args);
    await set("namespace", namespace);
    await set("gitUrl", gitServer.url("platform.git"));
    for (const [index, recipient] of place.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
  });
  after(async () => {
    await place.stop();
    await gitServer.stop();
    project.remove();
  });

  async function startRedis(): Promise<void> {
    const secret = { secretKeyRef: { name: "sessions", key: "password" } };
    await start({
      namespace,
      name: "sessions",
      image: "docker.io/library/redis:7",
      command: ["sh", "-c", 'exec redis-server --requirepass "$REDISCLI_AUTH" --save "" --dir /tmp'],
      user: 999,
      port: 6379,
      env: [{ name: "REDISCLI_AUTH", valueFrom: secret }],
    });
    await redis("EVAL", "for i=1,5000 do redis.call('SET', 'session:' .. i, 'user ' .. i) end", "0");
    await redis("SET", "expires", "later", "EX", "86400");
    await redis("SET", "settings $(HOME) $$", settings);
  }

  async function makeRepository(): Promise<void> {
    const work = join(repositories, "work");
    const git = (...args: string[]) =>
      run("git", ["-C", work, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
    mkdirSync(work);
    await git("init", "--quiet", "--initial-branch=main");
    writeFileSync(join(work, "readme"), "read me");
    await git("add", "-A");
    await git("commit", "--quiet", "-m", "first");
    await git("tag", "-a", "v1", "-m", "one");
    await git("checkout", "--quiet", "-b", "feature/ünï");
    await git("commit", "--quiet", "--allow-empty", "-m", "second");
    await run("git", ["clone", "--quiet", "--mirror", work, join(repositories, "platform.git")]);
  }

  async function startShop(): Promise<void> {
    mkdirSync(join(uploads, "a folder"));
    writeFileSync(join(uploads, "a folder", "ünï"), "x".repeat(100_000));
    symlinkSync("a folder/ünï", join(uploads, "link"));
    chownSync(join(uploads, "a folder"), 1001, 1002);
    chownSync(join(uploads, "a folder", "ünï"), 1001, 1002);
    chmodSync(join(uploads, "a folder", "ünï"), 0o600);
    await claim("uploads", uploads);
    await start({
      namespace,
      name: "shop",
      image: "docker.io/library/node:22-bookworm-slim",
      command: ["sleep", "infinity"],
      user: 1001,
      volumes: [
        { name: "uploads", mountPath: "/uploads", source: { persistentVolumeClaim: { claimName: "uploads" } } },
      ],
    });
  }

  async function claim(name: string, folder: string): Promise<void> {
    await apply(place.persistentVolume(`${namespace}-${name}`, folder), {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name, namespace },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: `${namespace}-${name}`,
        resources: { requests: { storage: "1Gi" } },
      },
    });
  }

  async function backUp(asset: string): Promise<Record<string, unknown>> {
    const ended = await runNow(`all-${asset}`, `by-hand-${asset}`, namespace);
    assert.deepEqual([ended.succeeded, ended.exitCode, ended.result["status"]], [true, 0, "done"], ended.log);
    return ended.result;
  }

  it("are put on the cluster; a second up and a refresh change nothing", async () => {
    await up("--suppress-outputs");
    await up("--expect-no-changes");
    await project.pulumi("refresh", "--stack", "sources", "--yes", "--skip-preview", "--expect-no-changes");
  });

  it("give back every key of Redis", async () => {
    await backUp("sessions");
    const file = await place.plain("/sessions/", "rdb");
    const folder = dirname(file);
    renameSync(file, join(folder, "dump.rdb"));
    const socket = join(folder, "socket");
    const args = ["--port", "0", "--unixsocket", socket, "--save", ""];
    const ask = async (...words: string[]) => (await run("redis-cli", ["-s", socket, ...words])).stdout.trim();
    await withServer("redis-server", args, folder, /eady to accept connections/, async () => {
      assert.deepEqual(
        [await ask("DBSIZE"), await ask("GET", "session:4711"), await ask("GET", "settings $(HOME) $$")],
        ["5002", "user 4711", settings],
      );
      assert.ok(Number(await ask("TTL", "expires")) > 86_000);
    });
  });

  it("come back as a new file on a volume by a restore Job, which never overwrites it", async () => {
    const folder = place.folderFor("restored");
    await claim("restored", folder);
    const restores = new Project("test/engine/programs/restore-file");
    const pulumi = (...args: string[]) => restores.pulumi(...args, "--stack", "restore");
    try {
      await restores.pulumi("stack", "init", "restore");
      await pulumi("config", "set", "namespace", namespace);
      await pulumi("config", "set", "publicKey", place.publicKey);
      await pulumi("up", "--yes", "--skip-preview");
      const plain = readFileSync(await place.plain("/sessions/", "rdb"));
      assert.ok(readFileSync(join(folder, "dump.rdb")).equals(plain));
      await pulumi("destroy", "--yes", "--skip-preview");
      await assert.rejects(pulumi("up", "--yes", "--skip-preview"));
      const refused = await ended("sessions-restore", namespace);
      assert.deepEqual([refused.succeeded, refused.exitCode], [false, 2], refused.log);
      assert.match(String(refused.result["message"]), /^--output must name a new file, got \/restored\/dump\.rdb/);
      await pulumi("destroy", "--yes", "--skip-preview");
    } finally {
      restores.remove();
    }
  });

  it("give back every ref of the repository", async () => {
    await backUp("platform");
    const bundle = await place.plain("/platform/", "bundle");
    const clone = join(dirname(bundle), "clone.git");
    await run("git", ["clone", "--quiet", "--mirror", bundle, clone]);
    const refs = async (repository: string) => (await run("git", ["-C", repository, "for-each-ref"])).stdout;
    assert.equal(await refs(clone), await refs(join(repositories, "platform.git")));
    assert.match(await refs(clone), /refs\/tags\/v1/);
  });

  it("give back the files with owners, modes and links, from a volume that another pod has", async () => {
    const result = await backUp("uploads");
    const archive = await place.plain("/uploads/", "tar");
    const target = join(dirname(archive), "restored");
    mkdirSync(target);
    await run("tar", [
      "--extract",
      "--numeric-owner",
      "--preserve-permissions",
      "--file",
      archive,
      "--directory",
      target,
    ]);
    const listing = async (folder: string) =>
      (await run("find", [folder, "-mindepth", "1", "-printf", "%P %y %U %G %m %l\n"])).stdout.split("\n").sort();
    assert.deepEqual(await listing(target), await listing(uploads));
    assert.equal(readFileSync(join(target, "link"), "utf8"), readFileSync(join(uploads, "link"), "utf8"));
    assert.ok(Number(result["bytes"]) > 0);
  });

  it("give back what the program printed, whose words no shell and no kubelet has changed", async () => {
    await backUp("settings");
    assert.equal(readFileSync(await place.plain("/settings/", "data"), "utf8"), `${settings}\n`);
  });

  for (const asset of ["sessions", "platform", "uploads", "settings"])
    it(`pass a drill in a pod of the vendor's image: ${asset}`, async () => {
      const ended = await runNow(`all-${asset}-restore-drill`, `drill-${asset}`, namespace);
      assert.deepEqual([ended.succeeded, ended.exitCode], [true, 0], ended.log);
      const { expected, found } = ended.result["rowCounts"] as { expected: object; found: object };
      assert.deepEqual(found, expected);
    });

  it("run pods that carry their purpose, and keep every secret out of the engine's state and of all logs", async () => {
    const pods = await kubectl("-n", namespace, "get", "pods", "-l", "purpose in (backup, drill)", "-o", "name");
    const names = pods.trim().split("\n");
    assert.equal(names.length, 8);
    const logs = await Promise.all(names.map((pod) => kubectl("-n", namespace, "logs", pod, "--all-containers")));
    const state = await project.pulumi("stack", "export", "--stack", "sources");
    const signingKey = readFileSync(place.key("minisign.key"), "utf8").trim().split("\n").at(-1)!;
    for (const secret of [password, gitServer.password, signingKey, "AGE-SECRET-KEY-"])
      for (const form of [secret, Buffer.from(secret).toString("base64"), JSON.stringify(secret).slice(1, -1)])
        for (const text of [state, ...logs]) assert.ok(!text.includes(form));
  });

  it("end at once, without a retry and without an artefact, where the password is wrong", async () => {
    const before = place.objects();
    const patch = (value: string) =>
      kubectl(
        "-n",
        namespace,
        "patch",
        "secret",
        "sessions",
        "-p",
        JSON.stringify({ stringData: { password: value } }),
      );
    await patch("wrong");
    const ended = await runNow("all-sessions", "wrong-password", namespace);
    await patch(password);
    assert.deepEqual([ended.succeeded, ended.exitCode, ended.reason], [false, 2, "PodFailurePolicy"], ended.log);
    assert.match(String(ended.result["message"]), /must let the agent in/);
    assert.deepEqual(place.objects(), before);
  });

  it("are updated in place when their protection changes", async () => {
    await project.pulumi("config", "set", "--stack", "sources", "frequency", "6 hours");
    const steps = (await project.steps("sources")).filter(({ op }) => op !== "same");
    // A drill may find the newest artefact no older than the new schedule allows.
    const assets = ["platform", "sessions", "settings", "uploads"];
    assert.deepEqual(
      steps.map(({ op, urn }) => [op, urn.split("::").at(-1)]).sort(),
      assets.flatMap((asset) => [`all-${asset}`, `all-${asset}-restore-drill`].map((name) => ["update", name])),
    );
    await up("--suppress-outputs");
    await up("--expect-no-changes");
  });

  it("leave nothing after destroy", async () => {
    await project.pulumi("destroy", "--stack", "sources", "--yes", "--skip-preview");
    const kinds = "cronjobs,configmaps,serviceaccounts,networkpolicies,persistentvolumeclaims";
    const label = "app.kubernetes.io/managed-by=pulumi-backup-tiers";
    assert.equal(await kubectl("-n", namespace, "get", kinds, "-l", label, "-o", "name"), "");
  });
});
