import { kubectl, apply } from "./cluster.js";
import { BackupNamespace } from "./backup-namespace.js";

const image = "docker.io/library/postgres:15";

/** The Todo application as its guide supposes it: its PostgreSQL with rows, its Secret, a volume for backups, the keys. */
export class TodoApplication extends BackupNamespace {
  readonly password = "a password with spaces, 'quotes' and ünïcode";

  override async start(): Promise<void> {
    await super.start();
    await apply(this.passwordSecret(), this.deployment(), this.service());
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

  override async stop(): Promise<void> {
    await super.stop();
    await kubectl("delete", "volumesnapshotclass", "todo-backup-snapshot-class", "--ignore-not-found");
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
