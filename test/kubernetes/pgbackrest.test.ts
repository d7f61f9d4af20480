// Point-in-time recovery of a real PostgreSQL by real pgBackRest, with the very configuration, parameters and commands
// that the component renders: archiving and backups by TLS between both ends, into an encrypted repository on a real S3
// server. Does not prove the pods: both ends run on this machine, and what is mounted there comes as variables here.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type BackupStore } from "../../components/index.js";
import { PostgresWal } from "../../components/kubernetes/index.js";
import { freePort } from "../agent/support/postgres-server.js";
import { needPrograms } from "../support/programs.js";
import { record } from "../support/recorder.js";
import { PgBackRestHost } from "./support/pgbackrest-host.js";

interface Job {
  readonly jobTemplate: {
    readonly spec: {
      readonly template: { readonly spec: Record<"initContainers" | "containers", { readonly command: string[] }[]> };
    };
  };
}

describe("pgBackRest as PostgresWal configures it", function () {
  this.timeout(180_000);
  const host = new PgBackRestHost();
  let wal: PostgresWal;
  let job: string;
  let server: string;
  const commands = new Map<string, string[][]>();

  before(async function () {
    needPrograms(this, "pgbackrest", "initdb", "postgres", "openssl", "versitygw");
    await host.start();
    const all = await record(() => {
      wal = new PostgresWal("orders", {
        environment: "development",
        stores: [store(host.endpoint)],
        window: "7 days",
        tool: {
          kind: "pgbackrest",
          stanza: "main",
          host: "localhost",
          image: "postgres-pgbackrest:15",
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
    server = host.write("server.conf", data["server.conf"]!);
    job = host.write("job.conf", data["job.conf"]!);
    for (const { name, inputs } of all.filter(({ type }) => type.endsWith(":CronJob"))) {
      const { initContainers, containers } = (inputs["spec"] as Job).jobTemplate.spec.template.spec;
      commands.set(
        name,
        [...initContainers, ...containers].map(({ command }) => command),
      );
    }
    host.run(["initdb", "-D", host.data, "-U", "postgres", "-A", "trust", "--no-sync"]);
    const parameters = Object.entries(wal.pod!.parameters).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const own = [
      "-D",
      host.data,
      "-p",
      String(host.port),
      "-k",
      host.folder,
      "-c",
      "listen_addresses=",
      "-c",
      "fsync=off",
    ];
    host.stay(["postgres", ...own, ...parameters], host.variables(server));
    host.stay(wal.pod!.sidecar["command"] as string[], host.variables(server));
    await host.until(host.port, "select 1", "1");
  });
  after(() => host.stop());

  const runJob = (name: string) => {
    for (const command of commands.get(name)!) host.run(command, host.variables(job));
  };
  const info = () =>
    JSON.parse(host.run(["pgbackrest", "info", "--output=json"], host.variables(job))) as {
      backup: { type: string; error: boolean }[];
      cipher: string;
    }[];

  it("archives and makes a full backup, and differential ones beside it", () => {
    runJob("orders-full");
    runJob("orders-diff");
    const [stanza] = info();
    assert.deepEqual(
      stanza!.backup.map(({ type, error }) => [type, error]),
      [
        ["full", false],
        ["diff", false],
      ],
    );
    assert.equal(stanza!.cipher, "aes-256-cbc");
    host.run(["pgbackrest", "--stanza=main", "check"], host.variables(server));
  });

  it("brings rows back that were deleted after the target time, and not those that came after it", async () => {
    host.sql(host.port, "create table orders (id int primary key, note text)");
    host.sql(
      host.port,
      "insert into orders select n, 'a marker that nobody may read ' || n from generate_series(1, 1000) n",
    );
    const target = host.sql(host.port, "select clock_timestamp()");
    host.sql(host.port, "delete from orders where id > 10");
    host.sql(host.port, "insert into orders values (2000, 'too late')");
    host.sql(host.port, "select pg_switch_wal()");
    runJob("orders-diff");

    const restore = ["--type=time", `--target=${target}`, "--target-action=promote", `--pg1-path=${host.restored}`];
    host.run(["mkdir", "-m", "700", host.restored]);
    host.run(["pgbackrest", "--stanza=main", ...restore, "restore"], host.variables(server));
    const port = await freePort();
    const own = ["-D", host.restored, "-p", String(port), "-k", host.folder, "-c", "listen_addresses="];
    host.stay(["postgres", ...own, "-c", "archive_mode=off"], host.variables(server));
    await host.until(port, "select pg_is_in_recovery()", "f");
    assert.equal(host.sql(port, "select count(*), max(id) from orders"), "1000|1000");
    assert.equal(host.sql(host.port, "select count(*), max(id) from orders"), "11|2000");
  });

  it("stores nothing in clear", () => {
    const files = host.stored();
    assert.ok(files.length > 10, String(files.length));
    for (const file of files) {
      const text = readFileSync(file).toString("latin1");
      assert.ok(!text.includes("a marker that nobody may read") && !text.includes("[backrest]"), file);
    }
  });
});

function store(endpoint: string): BackupStore {
  return {
    name: "primary",
    declaration: { location: { provider: "aws", region: "us-east-1" } },
    access: {
      kind: "s3",
      bucket: "wal",
      region: "us-east-1",
      endpoint,
      forcePathStyle: true,
      credentialsSecret: "s3-credentials",
    },
  };
}
