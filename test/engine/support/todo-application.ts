import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { apply, kubectl } from "./cluster.js";

const run = promisify(execFile);
const image = "docker.io/library/postgres:15";

/**
 * The Todo application as its guide supposes it: a namespace that admits restricted pods only, its PostgreSQL with rows,
 * its Secret, a volume for backups, and the keys. The cluster has no volume provisioner, so the volume is made by hand.
 */
export class TodoApplication {
  readonly namespace: string;
  /** The folder of the backup volume on this machine. */
  readonly volume: string;
  readonly storageClassName: string;
  readonly password = "a password with spaces, 'quotes' and ünïcode";
  readonly folder = mkdtempSync(join(tmpdir(), "todo-"));
  /** age recipients: one at work, one in a safe. */
  recipients: string[] = [];
  /** minisign public key. */
  publicKey = "";

  constructor(name: string) {
    this.namespace = name;
    this.storageClassName = name;
    this.volume = join(this.folder, "volume");
    mkdirSync(this.volume);
    chmodSync(this.folder, 0o755);
    chmodSync(this.volume, 0o777);
  }

  /** Path of a key file: `identity.txt`, `safe.txt`, `minisign.key`, `minisign.pub`. */
  key(name: string): string {
    return join(this.folder, name);
  }

  async start(): Promise<void> {
    this.recipients = [await this.identity("identity.txt"), await this.identity("safe.txt")];
    await run("minisign", ["-G", "-W", "-p", this.key("minisign.pub"), "-s", this.key("minisign.key")]);
    this.publicKey = readFileSync(this.key("minisign.pub"), "utf8").trim().split("\n").at(-1)!;
    await apply({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: this.namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    await apply(this.persistentVolume(), this.passwordSecret(), this.deployment(), this.service());
    for (const [secret, file] of [
      ["backup-signing-key", "minisign.key"],
      ["backup-identity", "identity.txt"],
    ] as const)
      await kubectl(
        "-n",
        this.namespace,
        "create",
        "secret",
        "generic",
        secret,
        `--from-file=${file}=${this.key(file)}`,
      );
    await kubectl("-n", this.namespace, "rollout", "status", "deployment/todo-postgres", "--timeout=180s");
    await this.sql("postgres", "create database tododb");
    await this.sql(
      "tododb",
      "create table todos (id serial primary key, title text not null, done boolean default false); insert into todos (title, done) select 'todo ' || n || ' – ünï', n % 3 = 0 from generate_series(1, 5000) n",
    );
  }

  /** What the rows of a database come to. */
  async rows(database: string): Promise<string> {
    return this.sql(database, "select count(*), md5(string_agg(id || title || done, ',' order by id)) from todos");
  }

  /** Runs SQL inside the database's pod. */
  async sql(database: string, statement: string): Promise<string> {
    const inside = [
      "exec",
      "deployment/todo-postgres",
      "--",
      "psql",
      "-XAtq",
      "-h",
      "/tmp",
      "-U",
      "postgres",
      "-d",
      database,
      "-c",
      statement,
    ];
    return (await kubectl("-n", this.namespace, ...inside)).trim();
  }

  async stop(): Promise<void> {
    await kubectl("delete", "namespace", this.namespace, "--ignore-not-found", "--timeout=120s");
    await kubectl("delete", "pv", this.storageClassName, "--ignore-not-found");
    await kubectl("delete", "volumesnapshotclass", "todo-backup-snapshot-class", "--ignore-not-found");
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async identity(file: string): Promise<string> {
    await run("age-keygen", ["-o", this.key(file)]);
    return (await run("age-keygen", ["-y", this.key(file)])).stdout.trim();
  }

  private persistentVolume(): object {
    return {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: this.storageClassName },
      spec: {
        capacity: { storage: "50Gi" },
        accessModes: ["ReadWriteOnce"],
        storageClassName: this.storageClassName,
        persistentVolumeReclaimPolicy: "Retain",
        hostPath: { path: this.volume },
      },
    };
  }

  private passwordSecret(): object {
    return {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "todo-secrets", namespace: this.namespace },
      stringData: { "postgres-password": this.password },
    };
  }

  private service(): object {
    return {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "todo-postgres", namespace: this.namespace },
      spec: { selector: { app: "todo-postgres" }, ports: [{ port: 5432 }] },
    };
  }

  private deployment(): object {
    const labels = { app: "todo-postgres" };
    const start =
      "initdb -D /data/db -U postgres --auth-host=scram-sha-256 --auth-local=trust --pwfile=/password/postgres-password >/dev/null && exec postgres -D /data/db -c listen_addresses=* -c unix_socket_directories=/tmp -c fsync=off";
    return {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "todo-postgres", namespace: this.namespace },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 999,
              runAsGroup: 999,
              fsGroup: 999,
              seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
              {
                name: "postgres",
                image,
                imagePullPolicy: "IfNotPresent",
                command: [
                  "bash",
                  "-c",
                  start.replace("exec", "echo 'host all all all scram-sha-256' >> /data/db/pg_hba.conf && exec"),
                ],
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                readinessProbe: { exec: { command: ["pg_isready", "-h", "/tmp"] }, periodSeconds: 1 },
                volumeMounts: [
                  { name: "data", mountPath: "/data" },
                  { name: "password", mountPath: "/password", readOnly: true },
                ],
              },
            ],
            volumes: [
              { name: "data", emptyDir: {} },
              { name: "password", secret: { secretName: "todo-secrets", defaultMode: 288 } },
            ],
          },
        },
      },
    };
  }
}
