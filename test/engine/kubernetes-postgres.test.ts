// Several databases of a PostgreSQL server, dumped from its streaming replica in a real pod on a real cluster, and restored
// into another server. Does not prove what a dump does that conflicts with the replay of the server's clean-up.
import assert from "node:assert/strict";
import { needPrograms } from "../support/programs.js";
import { BackupNamespace } from "./support/backup-namespace.js";
import { kubectl, runNow } from "./support/cluster.js";
import { Project } from "./support/project.js";
import { start } from "./support/workload.js";

const password = "a password with 'quotes'";
const serve = "exec postgres -D /tmp/db -c listen_addresses=* -c unix_socket_directories=/tmp -c fsync=off";
const make = [
  "umask 077",
  'printf %s "$PGPASSWORD" > /tmp/password',
  "initdb -D /tmp/db -U postgres --auth-host=scram-sha-256 --auth-local=trust --pwfile=/tmp/password",
  "echo 'host all,replication all all scram-sha-256' >> /tmp/db/pg_hba.conf",
  serve,
].join(" && ");
const copy = `umask 077 && pg_basebackup -h primary -U postgres -D /tmp/db -R -c fast && ${serve}`;

describe("several databases and a read replica", function () {
  const place = new BackupNamespace("kubernetes-postgres");
  const { namespace } = place;
  let project: Project;

  const up = (...more: string[]) => project.pulumi("up", "--stack", "postgres", "--yes", "--skip-preview", ...more);
  const server = (name: string, script: string) =>
    start({
      namespace,
      name,
      image: "docker.io/library/postgres:15",
      command: ["bash", "-c", script],
      user: 999,
      port: 5432,
      env: [{ name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: "shop-db", key: "password" } } }],
    });
  const sql = async (name: string, database: string, statement: string) => {
    const psql = ["psql", "-XAtq", "-h", "/tmp", "-U", "postgres", "-d", database, "-c", statement];
    return (await kubectl("-n", namespace, "exec", `deployment/${name}`, "--", ...psql)).trim();
  };
  const rows = (name: string) =>
    Promise.all([
      sql(name, "orders", "select count(*), md5(string_agg(i::text, ',' order by i)) from items"),
      sql(name, "ledger – ü", "select sum(amount) from entries"),
    ]);

  before(async function () {
    needPrograms(this, "kubectl", "pulumi", "age", "minisign");
    project = new Project("test/engine/programs/postgres");
    await place.start();
    await place.secret("shop-db", `--from-literal=password=${password}`);
    await server("primary", make);
    await server("empty", make);
    for (const database of ["orders", "ledger – ü"])
      for (const name of ["primary", "empty"]) await sql(name, "postgres", `create database "${database}"`);
    await sql("primary", "orders", "create table items as select generate_series(1, 3000) i");
    await sql("primary", "ledger – ü", "create table entries as select generate_series(1, 100) amount");
    await server("replica", copy);
    await project.pulumi("stack", "init", "postgres");
    const set = (...args: string[]) => project.pulumi("config", "set", "--stack", "postgres", ...args);
    await set("namespace", namespace);
    for (const [index, recipient] of place.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
  });
  after(async () => {
    await place.stop();
    project.remove();
  });

  it("are put on the cluster; a second up and a refresh change nothing", async () => {
    await up("--suppress-outputs");
    await up("--expect-no-changes");
    await project.pulumi("refresh", "--stack", "postgres", "--yes", "--skip-preview", "--expect-no-changes");
  });

  it("are dumped from the replica, while the server itself is away", async () => {
    assert.equal(await sql("replica", "postgres", "select pg_is_in_recovery()"), "t");
    await kubectl("-n", namespace, "delete", "service", "primary");
    const ended = await runNow("shop", "by-hand", namespace);
    assert.deepEqual([ended.succeeded, ended.exitCode], [true, 0], ended.log);
    assert.equal(place.objects().filter((name) => name.endsWith(".dump.zst.age")).length, 2);
  });

  it("are restored together into the empty databases of another server, by a declaration", async () => {
    await project.pulumi("config", "set", "--stack", "postgres", "restore", "true");
    await up("--suppress-outputs");
    assert.deepEqual(await rows("empty"), await rows("primary"));
    assert.equal((await rows("empty"))[1], "5050");
  });

  it("leave nothing after destroy", async () => {
    await project.pulumi("destroy", "--stack", "postgres", "--yes", "--skip-preview");
    const label = "app.kubernetes.io/managed-by=pulumi-backup-tiers";
    assert.equal(await kubectl("-n", namespace, "get", "cronjobs,jobs,configmaps", "-l", label, "-o", "name"), "");
  });
});
