// A drill of an archive in a pod of its own, by the real engine on a real cluster: pgBackRest's repository in a real S3
// server with TLS, written with the configuration that PostgresWal renders. Does not prove the pods of PostgresWal itself:
// PostgreSQL and its backup run on this machine. No network policy is enforced by this cluster.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgresWal } from "../../components/kubernetes/index.js";
import type { BackupStore } from "../../components/index.js";
import { PgBackRestHost } from "../kubernetes/support/pgbackrest-host.js";
import { keys } from "../support/keys.js";
import { needPrograms, runProgram } from "../support/programs.js";
import { record } from "../support/recorder.js";
import { kubectl, runNow } from "./support/cluster.js";
import { loadPostgresImage } from "./support/postgres-image.js";
import { Project } from "./support/project.js";

const namespace = "postgres-wal-drills";
const image = "registry.example/postgres-pgbackrest:test";

describe("a drill of an archive on a cluster", function () {
  const host = new PgBackRestHost(process.env["CLUSTER_HOST"] ?? "127.0.0.1");
  const folder = mkdtempSync(join(tmpdir(), "drill-keys-"));
  let project: Project | undefined;
  let archived: string[];
  const pulumi = (command: string, ...args: string[]) =>
    project!.pulumi(command, "--stack", "drill", "--yes", "--skip-preview", ...args);
  /** Everything in the bucket but the records of drills. */
  const state = () =>
    host
      .stored()
      .filter((file) => !file.includes("/drills/"))
      .map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`)
      .sort();

  before(async function () {
    needPrograms(
      this,
      "kubectl",
      "pulumi",
      "pgbackrest",
      "initdb",
      "postgres",
      "openssl",
      "versitygw",
      "minisign",
      "ctr",
    );
    await loadPostgresImage(image);
    await host.start();
    await archive(host);
    archived = state();
    project = new Project("test/engine/programs/postgres-wal-drill");
    runProgram("minisign", ["-G", "-W", "-p", join(folder, "minisign.pub"), "-s", join(folder, "minisign.key")]);
    await project.pulumi("stack", "init", "drill");
    const set = (...args: string[]) => project!.pulumi("config", "set", "--stack", "drill", ...args);
    await set("namespace", namespace);
    await set("image", image);
    await set("endpoint", host.endpoint);
    await set("publicKey", readFileSync(join(folder, "minisign.pub"), "utf8").split("\n")[1]!);
    for (const [index, recipient] of keys.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
    await pulumi("up", "--suppress-outputs");
    const create = (...args: string[]) => kubectl("-n", namespace, "create", ...args);
    const literals = (values: object) => Object.entries(values).map(([key, value]) => `--from-literal=${key}=${value}`);
    const passphrase = host.variables("server.conf")["PGBACKREST_REPO1_CIPHER_PASS"];
    await create("secret", "generic", "orders-cipher", ...literals({ passphrase }));
    await create("secret", "generic", "s3-credentials", ...literals(host.keys));
    await create("secret", "generic", "backup-signing-key", `--from-file=minisign.key=${join(folder, "minisign.key")}`);
    await create("configmap", "company-ca", `--from-file=ca.crt=${host.path("ca.crt")}`);
  });
  after(async () => {
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
    if (project === undefined) return;
    await kubectl("delete", "namespace", namespace, "--ignore-not-found", "--timeout=120s");
    project.remove();
  });

  it("is put on the cluster; a second up and a refresh change nothing", async () => {
    await pulumi("up", "--expect-no-changes");
    await pulumi("refresh", "--expect-no-changes");
  });

  it("fails its check, once, while there is none", async () => {
    const ended = await runNow("orders-check", "nothing-yet", namespace);
    assert.deepEqual([ended.succeeded, ended.exitCode, ended.reason], [false, 3, "PodFailurePolicy"], ended.log);
    assert.equal(ended.result["message"], "there is no drill that passed");
  });

  it("recovers the moment, leaves a signed record, and puts nothing else into the repository", async () => {
    const ended = await runNow("orders-drill", "by-hand", namespace);
    assert.deepEqual([ended.succeeded, ended.exitCode], [true, 0], ended.log);
    assert.deepEqual(ended.result["checks"], [{ name: "deleted orders", passed: true, found: "1000|1000" }]);
    assert.deepEqual(state(), archived);
    const records = host.stored().filter((file) => file.endsWith(".drill.json"));
    assert.equal(records.length, 1);
    const publicKey = readFileSync(join(folder, "minisign.pub"), "utf8").split("\n")[1]!;
    runProgram("minisign", ["-Vm", records[0]!, "-P", publicKey]);
    const check = await runNow("orders-check", "after-the-drill", namespace);
    assert.deepEqual([check.succeeded, check.exitCode], [true, 0], check.log);
  });

  it("fails where the recovered data are not as the user's check asks, and the next check says so", async () => {
    await project!.pulumi("config", "set", "--stack", "drill", "expect", "11|2000");
    await pulumi("up", "--suppress-outputs");
    const ended = await runNow("orders-drill", "wrong-answer", namespace);
    assert.deepEqual([ended.succeeded, ended.exitCode, ended.reason], [false, 3, "PodFailurePolicy"], ended.log);
    assert.match(String(ended.result["message"]), /check deleted orders: "1000\|1000" in place of "11\|2000"/);
    const check = await runNow("orders-check", "after-the-failed-drill", namespace);
    assert.equal(check.exitCode, 3, check.log);
    assert.match(String(check.result["message"]), /the newest drill failed/);
  });

  it("keeps every secret out of the engine's state and of all logs, and leaves nothing after destroy", async () => {
    const texts = [await project!.pulumi("stack", "export", "--stack", "drill")];
    const pods = await kubectl("-n", namespace, "get", "pods", "-o", "name");
    for (const pod of pods.trim().split("\n"))
      texts.push(await kubectl("-n", namespace, "logs", pod, "--all-containers"));
    const { PGBACKREST_REPO1_CIPHER_PASS: passphrase } = host.variables("server.conf");
    for (const secret of [passphrase!, host.keys.secretAccessKey])
      for (const text of texts)
        for (const form of [secret, Buffer.from(secret).toString("base64")]) assert.ok(!text.includes(form));
    await pulumi("destroy");
    assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found", "-o", "name"), "");
  });
});

/** A base backup with a thousand orders, most of which are deleted afterwards. */
async function archive(host: PgBackRestHost): Promise<void> {
  const store: BackupStore = {
    name: "primary",
    declaration: { location: { provider: "aws", region: "us-east-1" } },
    access: {
      kind: "s3",
      bucket: "wal",
      region: "us-east-1",
      endpoint: host.endpoint,
      forcePathStyle: true,
      credentialsSecret: "s3-credentials",
    },
  };
  let wal: PostgresWal | undefined;
  const all = await record(() => {
    wal = new PostgresWal("orders", {
      environment: "staging",
      stores: [store],
      window: "7 days",
      protection: { copies: 1, lock: "none", restoreTests: [] },
      tool: {
        kind: "pgbackrest",
        stanza: "main",
        host: "localhost",
        image,
        dataFolder: host.data,
        socketFolder: host.folder,
        port: host.port,
        serverPort: host.serverPort,
        cipherSecret: { name: "orders-cipher" },
        tls: { secretName: "orders-tls", commonName: "backup" },
      },
    });
  });
  const { data } = all.find(({ type }) => type.endsWith(":ConfigMap"))!.inputs as { data: Record<string, string> };
  const server = host.variables(host.write("server.conf", data["server.conf"]!));
  host.run(["initdb", "-D", host.data, "-U", "postgres", "-A", "trust", "--no-sync"]);
  const settings = { listen_addresses: "", fsync: "off", ...wal!.pod!.parameters };
  const parameters = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  host.stay(["postgres", "-D", host.data, "-p", String(host.port), "-k", host.folder, ...parameters], server);
  await host.until(host.port, "select 1", "1");
  host.sql(host.port, "create table orders as select n as id from generate_series(1, 1000) n");
  host.run(["pgbackrest", "--stanza=main", "stanza-create"], server);
  host.run(["pgbackrest", "--stanza=main", "backup", "--type=full"], server);
  // The first moment that can be restored is a second after the backup; what follows must be later.
  host.sql(host.port, "select pg_sleep(2.5)");
  host.sql(host.port, "delete from orders where id > 10");
  host.sql(host.port, "insert into orders values (2000)");
  host.run(["pgbackrest", "--stanza=main", "check"], server);
}
