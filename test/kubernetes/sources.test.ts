// Redis, Git, files of a claim, and any command: what their components register. Does not prove that a cluster takes it
// or that the agent reads the data: test/engine does.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { BackupStrategy, type AgentSource, type BackupAsset, type Protection } from "../../components/index.js";
import * as kubernetes from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { record, type Registration } from "../support/recorder.js";
import { restrictedViolations } from "../support/restricted.js";
import { configOf, configTextOf, cronJobOf, egressOf, type Pod, podOf } from "./support/cron-job.js";

const protection: Protection = {
  frequency: "1 day",
  retention: { daily: "7 days" },
  copies: 1,
  lock: "none",
  signed: false,
  restoreTests: [],
  onDestroy: "delete",
};

/** One component in development, with a store in the cluster. */
const declare = (make: (common: kubernetes.BackupJobArgs) => unknown): Promise<Registration[]> =>
  record(() => {
    const store = new kubernetes.FolderStore("near", { environment: "development", size: "1Gi" });
    make({ environment: "development", stores: [store], keys, protection });
  });

interface Example {
  readonly component: string;
  readonly make: (common: kubernetes.BackupJobArgs) => kubernetes.AgentBackup;
  readonly asset: BackupAsset;
  readonly source: AgentSource;
  readonly image: string;
  readonly user: number;
  readonly ports: readonly number[];
  readonly secrets: readonly string[];
}

const examples: readonly Example[] = [
  {
    component: "RedisBackup",
    make: (common) =>
      new kubernetes.RedisBackup("it", {
        ...common,
        server: {
          host: "sessions",
          port: 6380,
          user: "reader",
          passwordSecret: { name: "sessions" },
          tls: true,
          caSecret: { name: "ca", key: "root.pem" },
          clientCertificateSecret: "client",
          version: "7",
        },
      }),
    asset: kubernetes.redis({ host: "sessions", protection }),
    source: {
      kind: "redis",
      host: "sessions",
      port: 6380,
      user: "reader",
      passwordFile: "/secrets/server-password/password",
      tls: true,
      caFile: "/secrets/server-ca/root.pem",
      certFile: "/secrets/client-certificate/tls.crt",
      keyFile: "/secrets/client-key/tls.key",
    },
    image: "docker.io/library/redis:7",
    user: 999,
    ports: [6380],
    secrets: ["sessions", "ca", "client", "client"],
  },
  {
    component: "GitBackup",
    make: (common) =>
      new kubernetes.GitBackup("it", {
        ...common,
        repository: {
          url: "git@git.example.com:team/platform.git",
          sshKeySecret: { name: "deploy-key" },
          knownHostsSecret: { name: "hosts" },
        },
      }),
    asset: kubernetes.git({ url: "https://git.example.com/platform.git", protection }),
    source: {
      kind: "git",
      url: "git@git.example.com:team/platform.git",
      sshKeyFile: "/secrets/ssh-key/ssh-privatekey",
      knownHostsFile: "/secrets/known-hosts/known_hosts",
    },
    image: "docker.io/alpine/git:v2.54.0",
    user: 65_534,
    ports: [22],
    secrets: ["deploy-key", "hosts"],
  },
  {
    component: "VolumeFilesBackup",
    make: (common) =>
      new kubernetes.VolumeFilesBackup("it", {
        ...common,
        files: { claimName: "uploads", exclude: ["./cache"], allowChanges: true },
      }),
    asset: kubernetes.volumeFiles({ claimName: "uploads", protection }),
    source: { kind: "files", path: "/data", exclude: ["./cache"], allowChanges: true },
    image: "docker.io/library/node:22-bookworm-slim",
    user: 1000,
    ports: [],
    secrets: [],
  },
  {
    component: "CommandBackup",
    make: (common) =>
      new kubernetes.CommandBackup("it", {
        ...common,
        program: {
          kind: "mysql",
          image: "docker.io/library/mysql:8.4",
          command: ["mysqldump", "shop"],
          extension: "sql",
          beginsWith: "-- MySQL dump",
          secretEnvironment: { MYSQL_PWD: { name: "shop-db" } },
          ports: [3306],
        },
      }),
    asset: kubernetes.command({ kind: "mysql", image: "mysql", command: ["mysqldump"], protection }),
    source: {
      kind: "command",
      command: ["mysqldump", "shop"],
      extension: "sql",
      beginsWith: "-- MySQL dump",
      secretFiles: { MYSQL_PWD: "/secrets/variable-0/password" },
    },
    image: "docker.io/library/mysql:8.4",
    user: 65_534,
    ports: [3306],
    secrets: ["shop-db"],
  },
];

const settingsOf = ({ nodeSelector, tolerations, priorityClassName }: Partial<kubernetes.BackupJobArgs>) => ({
  nodeSelector,
  tolerations,
  priorityClassName,
});

for (const example of examples) {
  describe(`kubernetes.${example.component}`, () => {
    it("registers the same children as every backup, below itself, under its own name", async () => {
      const all = await declare(example.make);
      const own = all.filter(({ parent }) => parent.includes(example.component));
      assert.deepEqual(own.map(({ type, name }) => [type.split(":").at(-1), name]).sort(), [
        ["AgentBundle", "it-agent"],
        ["ConfigMap", "it-agent"],
        ["CronJob", "it"],
        ["NetworkPolicy", "it-network"],
        ["ServiceAccount", "it-account"],
      ]);
      assert.ok(all.some(({ type }) => type === `backup-tiers:kubernetes:${example.component}`));
    });

    it("runs the agent in the vendor's image, in a pod that restricted admits, without a token", async () => {
      const pod = podOf(cronJobOf(await declare(example.make)));
      assert.deepEqual(restrictedViolations(pod), []);
      assert.equal(pod.automountServiceAccountToken, false);
      assert.deepEqual(
        [pod.containers.map(({ image }) => image), pod.securityContext.runAsUser],
        [[example.image], example.user],
      );
    });

    it("tells the agent the source, with every secret as a file", async () => {
      const all = await declare(example.make);
      const pod = podOf(cronJobOf(all));
      assert.deepEqual(configOf(pod).source, example.source);
      const secrets = pod.volumes.flatMap(({ secret }) =>
        secret === undefined ? [] : [(secret as { secretName: string }).secretName],
      );
      assert.deepEqual(secrets, example.secrets);
      assert.deepEqual(egressOf(all, "it"), example.ports);
    });

    it("takes another image, pinned by its digest", async () => {
      const node = `docker.io/library/node@sha256:${"1".repeat(64)}`;
      const tools = `example.com/tools@sha256:${"2".repeat(64)}`;
      const all = await declare((common) => example.make({ ...common, images: { node, tools } }));
      const { initContainers, containers } = podOf(cronJobOf(all));
      assert.deepEqual(
        [...initContainers, ...containers].map(({ image }) => image),
        [node, tools],
      );
    });

    it("passes where and how to run on to its pod", async () => {
      const settings: Partial<kubernetes.BackupJobArgs> = {
        imagePullPolicy: "Always",
        imagePullSecrets: ["registry"],
        resources: { limits: { memory: "2Gi" } },
        nodeSelector: { disk: "ssd" },
        tolerations: [{ key: "backup", operator: "Exists" }],
        priorityClassName: "low",
        env: { HTTPS_PROXY: "http://proxy:3128" },
        certificateAuthorities: { configMap: "company-ca", key: "root.pem" },
        labels: { team: "shop" },
      };
      const pod = podOf(cronJobOf(await declare((common) => example.make({ ...common, ...settings })))) as Pod &
        Record<string, unknown>;
      const { imagePullSecrets, nodeSelector, tolerations, priorityClassName } = pod;
      assert.deepEqual(
        { imagePullSecrets, nodeSelector, tolerations, priorityClassName },
        { ...settingsOf(settings), imagePullSecrets: [{ name: "registry" }] },
      );
      const [agent] = pod.containers;
      assert.deepEqual(agent!.resources, settings.resources);
      assert.deepEqual(agent!.env!.slice(-2), [
        { name: "HTTPS_PROXY", value: "http://proxy:3128" },
        { name: "NODE_EXTRA_CA_CERTS", value: "/authorities/root.pem" },
      ]);
      assert.deepEqual(pod.volumes.at(-1), {
        name: "authorities",
        configMap: { name: "company-ca", items: [{ key: "root.pem", path: "root.pem" }] },
      });
      assert.deepEqual(restrictedViolations(pod), []);
    });

    it("is an asset of a strategy", async () => {
      let strategy: BackupStrategy | undefined;
      const all = await record(() => {
        const near = new kubernetes.FolderStore("near", { environment: "development", size: "1Gi" });
        strategy = new BackupStrategy("all", {
          environment: "development",
          stores: { near },
          keys,
          assets: { it: example.asset },
        });
      });
      assert.ok(all.some(({ type, name }) => type.endsWith(`:${example.component}`) && name === "all-it"));
      assert.equal(strategy!.plan.assets[0]!.name, "it");
      assert.equal(configOf(podOf(cronJobOf(all))).source.kind, example.source.kind);
    });
  });
}

describe("kubernetes.VolumeFilesBackup, its volume", () => {
  const files = (given: kubernetes.ClaimFiles) =>
    declare((common) => new kubernetes.VolumeFilesBackup("it", { ...common, files: given })).then((all) =>
      podOf(cronJobOf(all)),
    );

  it("is mounted read-only, by the claim's own flag and by the mount's", async () => {
    const pod = await files({ claimName: "uploads", folder: "shop" });
    assert.deepEqual(pod.volumes.find(({ name }) => name === "data")!["persistentVolumeClaim"], {
      claimName: "uploads",
      readOnly: true,
    });
    assert.deepEqual(
      pod.containers[0]!.volumeMounts.find(({ name }) => name === "data"),
      { name: "data", mountPath: "/data", readOnly: true, subPath: "shop" },
    );
    assert.equal(pod.affinity, undefined);
  });

  it("takes the job to the node of the pods that have it", async () => {
    assert.deepEqual((await files({ claimName: "uploads", usedBy: { app: "shop" } })).affinity, {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: { matchLabels: { app: "shop" } }, topologyKey: "kubernetes.io/hostname" },
        ],
      },
    });
  });

  it("is read as root, with one capability, only where that was asked", async () => {
    const pod = await files({ claimName: "uploads", readsAllOwners: true });
    assert.deepEqual([pod.securityContext.runAsUser, pod.securityContext.runAsNonRoot], [0, false]);
    assert.deepEqual(restrictedViolations(pod), ["runAsNonRoot"]);
    assert.deepEqual(pod.containers[0]!.securityContext!.capabilities, { drop: ["ALL"], add: ["DAC_OVERRIDE"] });
    assert.deepEqual(pod.initContainers[0]!.securityContext!.capabilities, { drop: ["ALL"] });
  });
});

describe("kubernetes.CommandBackup, its words", () => {
  it("reach the program as they were written, whatever the kubelet would make of them", async () => {
    const word = fc.string({ unit: fc.constantFrom("$", "(", ")", "A", " ", "'", "\\"), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 3 }), async (words) => {
        const command = ["sh", ...words];
        const all = await declare(
          (common) => new kubernetes.CommandBackup("it", { ...common, program: { kind: "x", image: "x", command } }),
        );
        const pod = podOf(cronJobOf(all));
        const expanded = expand(configTextOf(pod));
        assert.deepEqual((JSON.parse(expanded) as { source: { command: string[] } }).source.command, command);
      }),
      { numRuns: 25 },
    );
  });
});

/** The kubelet's expansion of a value, for a container in which `A` and `BACKUP_TIERS_CONFIG` are variables. */
function expand(text: string): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (found, name: string | undefined) =>
    found === "$$" ? "$" : name === "A" ? "EXPANDED" : found,
  );
}

describe("kubernetes.PostgresBackup, several databases and a replica", () => {
  it("dumps all from the replica, and goes by the server's name", async () => {
    let backup: kubernetes.PostgresBackup | undefined;
    const database = {
      host: "orders-db",
      databases: [{ name: "orders", countTables: ["public.items"] }, { name: "ledger" }],
      replica: { host: "orders-db-replica", port: 5433, mostLagSeconds: 86_400 },
    };
    const all = await declare((common) => {
      backup = new kubernetes.PostgresBackup("it", { ...common, database });
    });
    assert.deepEqual(configOf(podOf(cronJobOf(all))).source, {
      kind: "postgres",
      host: "orders-db-replica",
      port: 5433,
      databases: database.databases,
      user: "postgres",
      sslMode: "prefer",
      mostLagSeconds: 86_400,
    });
    assert.deepEqual(egressOf(all, "it"), [5433]);
    assert.equal(backup!.plan.assets.length, 1);
  });
});

describe("the sources' descriptions", () => {
  const problems = async (make: (common: kubernetes.BackupJobArgs) => unknown): Promise<string[]> => {
    const error: unknown = await declare(make).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(pulumi.ResourceError.isInstance(error), String(error));
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  };
  const redis = (server: object) =>
    problems((common) => new kubernetes.RedisBackup("it", { ...common, server: server as kubernetes.RedisServer }));
  const git = (repository: object) =>
    problems(
      (common) => new kubernetes.GitBackup("it", { ...common, repository: repository as kubernetes.GitRepository }),
    );
  const files = (given: object) =>
    problems((common) => new kubernetes.VolumeFilesBackup("it", { ...common, files: given as kubernetes.ClaimFiles }));
  const command = (program: object) =>
    problems(
      (common) => new kubernetes.CommandBackup("it", { ...common, program: program as kubernetes.CommandProgram }),
    );

  it("of Redis fail with every problem at once", async () => {
    assert.deepEqual(await redis({ host: "", port: 65_536, caSecret: { name: "ca" }, pasword: "x" }), [
      "server.pasword must be a key that is known (nothing reads other keys), got pasword; remove it or use one of host, port, user, passwordSecret, tls, caSecret, clientCertificateSecret, version, location",
      'server.host must be a name (redis-cli), got ""; write it as you would give it to -h',
      "server.port must be a port from 1 to 65535 (TCP), got 65536; leave it out for 6379",
      'server.caSecret must stand beside tls: true (redis-cli), got "no TLS"; set tls: true or leave it out',
    ]);
  });

  it("of PostgreSQL need one database or a list of them, each once", async () => {
    const postgres = (database: object) =>
      problems(
        (common) =>
          new kubernetes.PostgresBackup("it", { ...common, database: database as kubernetes.PostgresDatabase }),
      );
    assert.deepEqual(await postgres({ host: "db" }), [
      "database.database must be a name (libpq), got nothing; write it as you would give it to psql",
    ]);
    assert.deepEqual(await postgres({ host: "db", databases: [], replica: { mostLagSeconds: 86_401 } }), [
      'database.databases must be a list of one database or more (pg_dump), got []; write [{ name: "orders" }]',
      "database.replica.host must be a name (libpq), got nothing; write it as you would give it to psql",
      "database.replica.mostLagSeconds must be whole seconds from 1 to 86400 (the agent), got 86401; leave it out for 300",
    ]);
    assert.deepEqual(
      await postgres({ host: "db", database: "a", databases: [{ name: "b" }, { name: "b", tables: [] }] }),
      [
        "database.databases[1].tables must be a key that is known (nothing reads other keys), got tables; remove it or use one of name, countTables",
        'database.database must be left out where databases is given (its elements have them), got "a"; move it there',
        'database.databases[1].name must be unique (one dump each), got "b"; name it once',
      ].sort((one, other) => Number(other.includes("left out")) - Number(one.includes("left out"))),
    );
  });

  it("of Git never show a password that stands in the address", async () => {
    const found = await git({ url: "https://me:hunter2@git.example.com/x.git", sshKeySecret: { name: "k" } });
    assert.deepEqual(found, [
      'repository.url must hold no user and no password (they would stand in states and logs), got "one that does (not shown)"; give user, and put the password into a Secret that passwordSecret names',
      'repository.sshKeySecret must be left out for https (git), got "a Secret"; it would not be used',
    ]);
  });

  it("of Git over ssh need a key and the hosts", async () => {
    assert.deepEqual(await git({ url: "ssh://git@git.example.com:2222/x.git" }), [
      "repository.sshKeySecret must name a Secret for ssh (OpenSSH), got nothing; see ssh-keygen and ssh-keyscan",
      "repository.knownHostsSecret must name a Secret for ssh (OpenSSH), got nothing; see ssh-keygen and ssh-keyscan",
    ]);
  });

  for (const url of ["/srv/git/x.git", "file:///srv/x.git", "", "htps://me:hunter2@host/x", 5])
    it(`of Git refuse ${JSON.stringify(url)}, which no pod reaches, and do not repeat it`, async () => {
      assert.deepEqual(await git({ url }), [
        'repository.url must be https://, http://, ssh:// or user@host:path (git), got "something else (not shown)"; write what you would give to git clone',
      ]);
    });

  it("of Git take a user only with a password", async () => {
    assert.deepEqual(await git({ url: "https://git.example.com/x.git", user: "me" }), [
      'repository.user must stand beside passwordSecret (git), got "me"; leave it out',
    ]);
  });

  it("of a claim refuse what a second pod cannot mount", async () => {
    assert.deepEqual(await files({ claimName: "", accessMode: "ReadWriteOncePod", folder: "../etc", usedBy: {} }), [
      'files.claimName must name a claim (Kubernetes), got ""; see kubectl get pvc',
      'files.accessMode must be one of ReadWriteOnce, ReadWriteMany, ReadOnlyMany (a second pod must be able to mount it), got "ReadWriteOncePod"; back a ReadWriteOncePod volume up by snapshots: Velero, or VolumeSnapshots',
      'files.folder must be a path inside the volume (Kubernetes subPath), got "../etc"; write it without / in front and without ..',
      "files.usedBy must have a label or more (no label selects every pod), got {}; leave it out where nothing mounts the claim",
    ]);
  });

  it("of a command need an image and a program", async () => {
    assert.deepEqual(await command({ kind: "x", command: "mysqldump", secretEnvironment: { "A-B": { name: "s" } } }), [
      "program.image must name an image (Kubernetes), got nothing; give the vendor's, pinned by its digest",
      'program.command must be a program and its arguments (execve), got "mysqldump"; write ["mysqldump", "--single-transaction", "shop"]',
      'program.secretEnvironment must have names of environment variables (POSIX), got "A-B"; write letters, digits and underscores',
    ]);
  });

  it("that are missing altogether are said so, once", async () => {
    for (const make of [redis, git, files, command]) {
      const found = await make(undefined as unknown as object);
      assert.equal(found.filter((line) => /must be an object/.test(line)).length, 1, found.join("\n"));
    }
  });
});
