// What the component registers with either tool, and what it refuses. Does not prove that it works: pgbackrest.test.ts
// restores with pgBackRest; nothing here runs CloudNativePG.
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { type BackupStore, BackupStrategy } from "../../components/index.js";
import {
  cloudNativePgRecovery,
  PostgresWal,
  type PostgresWalArgs,
  postgresWal,
} from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { problemsOf } from "../support/problems.js";
import { record, type Registration } from "../support/recorder.js";
import { restrictedViolations } from "../support/restricted.js";

const bucket = (name: string, access: Partial<BackupStore["access"]> = {}): BackupStore => ({
  name,
  declaration: { location: { provider: "aws", region: name }, locks: true },
  access: { kind: "s3", bucket: `${name}-bucket`, region: name, ...access } as BackupStore["access"],
});
const near = bucket("eu-west-1");
const far = bucket("eu-central-1", {
  endpoint: "https://s3.example:9000",
  forcePathStyle: true,
  prefix: "/p/",
  credentialsSecret: "keys",
});
const operator = { kind: "cloudnative-pg", cluster: "orders" } as const;
const plain = {
  kind: "pgbackrest",
  stanza: "orders",
  host: "orders-db",
  image: "registry.example/postgres-pgbackrest:17",
  cipherSecret: { name: "orders-cipher" },
  tls: { secretName: "orders-tls", commonName: "orders-backup" },
} as const;
const protection = { copies: 1, lock: "none", restoreTests: [] } as const;

let made: PostgresWal | undefined;
const make = (args: Partial<PostgresWalArgs> = {}, opts?: pulumi.ComponentResourceOptions) => {
  made = new PostgresWal(
    "orders",
    {
      environment: "production",
      stores: [near],
      window: "14 days",
      tool: operator,
      protection,
      namespace: "shop",
      ...args,
    },
    opts,
  );
};
const problems = (args: object) =>
  problemsOf(() => {
    make(args);
  });
const children = (all: readonly Registration[]) => all.filter(({ type }) => type.startsWith("kubernetes:"));
const identities = (all: readonly Registration[]) =>
  children(all)
    .map(({ type, name, protect }) => [type.split(":").at(-1), name, protect])
    .sort();
const specOf = (all: readonly Registration[], name: string) =>
  all.find((one) => one.name === name && one.type.startsWith("kubernetes:"))!.inputs["spec"] as Record<string, unknown>;

interface PodParts {
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  readonly containers: readonly {
    readonly env: readonly Readonly<Record<string, unknown>>[];
    readonly volumeMounts: readonly Readonly<Record<string, unknown>>[];
  }[];
}

describe("kubernetes.PostgresWal", () => {
  it("gives CloudNativePG an ObjectStore with the window, and a base backup a day, the first at once", async () => {
    const all = await record(() => {
      make();
    });
    assert.deepEqual(identities(all), [
      ["ObjectStore", "orders-store", true],
      ["ScheduledBackup", "orders", true],
    ]);
    assert.deepEqual(specOf(all, "orders-store"), {
      configuration: {
        destinationPath: "s3://eu-west-1-bucket/postgres-wal/production/orders",
        s3Credentials: { inheritFromIAMRole: true },
        wal: { compression: "gzip", encryption: "AES256" },
        data: { compression: "gzip", jobs: 2, encryption: "AES256" },
      },
      retentionPolicy: "14d",
      instanceSidecarConfiguration: { env: [{ name: "AWS_DEFAULT_REGION", value: "eu-west-1" }] },
    });
    const { schedule, ...backup } = specOf(all, "orders");
    assert.match(String(schedule), /^0 \d+ \d+ \* \* \*$/);
    assert.deepEqual(backup, {
      cluster: { name: "orders" },
      method: "plugin",
      pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
      target: "prefer-standby",
      immediate: true,
      suspend: false,
      backupOwnerReference: "none",
    });
    const plugins = [
      { name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true, parameters: { barmanObjectName: "orders" } },
    ];
    assert.deepEqual(made!.clusterSpec, { plugins });
    const [asset] = made!.plan.assets;
    assert.deepEqual(
      [asset!.retention, asset!.pitrSeconds, asset!.lock],
      [{ daily: 14, pitrDays: 14 }, 1_209_600, null],
    );
    const patched = await record(() => {
      make({ tool: { ...operator, patchCluster: true } });
    });
    assert.deepEqual(specOf(patched, "orders-cluster"), { plugins });
  });

  it("gives CloudNativePG another server with keys", async () => {
    const tool = { ...operator, walCompression: "zstd", encryption: "aws:kms", jobs: 8, target: "primary" } as const;
    const all = await record(() => {
      make({ stores: [far], tool });
    });
    assert.deepEqual(specOf(all, "orders-store")["configuration"], {
      destinationPath: "s3://eu-central-1-bucket/p/postgres-wal/production/orders",
      endpointURL: "https://s3.example:9000",
      s3Credentials: {
        accessKeyId: { name: "keys", key: "accessKeyId" },
        secretAccessKey: { name: "keys", key: "secretAccessKey" },
      },
      wal: { compression: "zstd", encryption: "aws:kms" },
      data: { compression: "gzip", jobs: 8, encryption: "aws:kms" },
    });
  });

  it("writes what a new Cluster needs to restore a moment", () => {
    const spec = cloudNativePgRecovery({
      objectStore: "orders",
      sourceCluster: "old",
      targetTime: "2026-11-21T10:00:00Z",
    });
    assert.deepEqual(spec, {
      bootstrap: { recovery: { source: "old", recoveryTarget: { targetTime: "2026-11-21T10:00:00Z" } } },
      externalClusters: [
        {
          name: "old",
          plugin: {
            name: "barman-cloud.cloudnative-pg.io",
            parameters: { barmanObjectName: "orders", serverName: "old" },
          },
        },
      ],
    });
    const end = cloudNativePgRecovery({ objectStore: "orders", sourceCluster: "old" });
    assert.deepEqual(end["bootstrap"], { recovery: { source: "old" } });
  });

  it("gives pgBackRest two repositories, secrets by reference only, and a job that restricted admits", async () => {
    const all = await record(() => {
      make({ tool: plain, stores: [near, far], protection: { ...protection, copies: 2 } });
    });
    assert.deepEqual(identities(all), [
      ["ConfigMap", "orders-pgbackrest", false],
      ["CronJob", "orders-diff", true],
      ["CronJob", "orders-full", true],
      ["NetworkPolicy", "orders-network", false],
      ["ServiceAccount", "orders-account", false],
    ]);
    const { data } = all.find(({ name }) => name === "orders-pgbackrest")!.inputs as { data: Record<string, string> };
    const repositories = [
      "repo1-type=s3",
      "repo1-path=/postgres-wal/production/orders",
      "repo1-s3-bucket=eu-west-1-bucket",
      "repo1-s3-region=eu-west-1",
      "repo1-s3-endpoint=s3.eu-west-1.amazonaws.com",
      "repo1-s3-key-type=web-id",
      "repo1-cipher-type=aes-256-cbc",
      "repo1-retention-full-type=time",
      "repo1-retention-full=14",
      "repo1-bundle=y",
      "repo2-type=s3",
      "repo2-path=/p/postgres-wal/production/orders",
      "repo2-s3-bucket=eu-central-1-bucket",
      "repo2-s3-region=eu-central-1",
      "repo2-s3-endpoint=s3.example",
      "repo2-storage-port=9000",
      "repo2-s3-uri-style=path",
      "repo2-s3-key-type=shared",
      "repo2-cipher-type=aes-256-cbc",
      "repo2-retention-full-type=time",
      "repo2-retention-full=14",
      "repo2-bundle=y",
    ];
    for (const file of ["server.conf", "job.conf"])
      for (const line of repositories) assert.ok(data[file]!.split("\n").includes(line), `${file}: ${line}`);
    assert.ok(data["server.conf"]!.includes("tls-server-auth=orders-backup=orders\n"));
    assert.ok(!data["server.conf"]!.includes("pg1-host"));
    assert.ok(data["job.conf"]!.includes("[orders]\n") && data["job.conf"]!.includes("pg1-host=orders-db\n"));
    const spec = specOf(all, "orders-full") as unknown as {
      schedule: string;
      jobTemplate: { spec: { template: { spec: Parameters<typeof restrictedViolations>[0] } } };
    };
    const pod = spec.jobTemplate.spec.template.spec;
    assert.deepEqual(restrictedViolations(pod), []);
    const [container] = pod.containers as unknown as {
      command: string[];
      env: { name: string; valueFrom?: unknown }[];
    }[];
    assert.deepEqual(container!.command, ["pgbackrest", "--stanza=orders", "backup", "--type=full"]);
    assert.deepEqual(container!.env.slice(1), [
      {
        name: "PGBACKREST_REPO1_CIPHER_PASS",
        valueFrom: { secretKeyRef: { name: "orders-cipher", key: "passphrase" } },
      },
      {
        name: "PGBACKREST_REPO2_CIPHER_PASS",
        valueFrom: { secretKeyRef: { name: "orders-cipher", key: "passphrase" } },
      },
      { name: "PGBACKREST_REPO2_S3_KEY", valueFrom: { secretKeyRef: { name: "keys", key: "accessKeyId" } } },
      { name: "PGBACKREST_REPO2_S3_KEY_SECRET", valueFrom: { secretKeyRef: { name: "keys", key: "secretAccessKey" } } },
    ]);
  });

  it("lets the jobs of pgBackRest reach PostgreSQL's pod and the buckets, and nothing else", async () => {
    const all = await record(() => {
      make({ tool: plain, stores: [near, far], protection: { ...protection, copies: 2 } });
    });
    const policy = all.find(({ name }) => name === "orders-network")!;
    const { egress, ...spec } = policy.inputs["spec"] as { egress: { to?: unknown; ports: { port?: number }[] }[] };
    assert.deepEqual(spec, {
      podSelector: {
        matchExpressions: [{ key: "backup-tiers/job", operator: "In", values: ["orders-full", "orders-diff"] }],
      },
      policyTypes: ["Ingress", "Egress"],
    });
    const anywhere = egress.filter(({ to }) => to === undefined).map(({ ports }) => ports.map(({ port }) => port));
    assert.deepEqual(anywhere, [
      [53, 53],
      [8432, 443, 9000],
    ]);
    for (const name of ["orders-full", "orders-diff"]) {
      const spec = specOf(all, name) as unknown as {
        jobTemplate: { spec: { template: { metadata: { labels: Record<string, string> } } } };
      };
      assert.equal(spec.jobTemplate.spec.template.metadata.labels["backup-tiers/job"], name);
    }
    const none = await record(() => {
      make({ tool: { ...plain, pod: { networkPolicy: "none" } } });
    });
    assert.deepEqual(
      none.filter(({ type }) => type.endsWith(":NetworkPolicy")),
      [],
    );
  });

  it("lets pgBackRest trust authorities of one's own at both ends, and refuses what it does not heed", async () => {
    const pod = { certificateAuthorities: { configMap: "company-ca" } };
    const all = await record(() => {
      make({ tool: { ...plain, pod }, stores: [near, far], protection: { ...protection, copies: 2 } });
    });
    const spec = specOf(all, "orders-full") as unknown as { jobTemplate: { spec: { template: { spec: PodParts } } } };
    for (const { volumes, containers } of [
      spec.jobTemplate.spec.template.spec,
      { volumes: made!.pod!.volumes, containers: [made!.pod!.sidecar as unknown as PodParts["containers"][number]] },
      { volumes: made!.pod!.volumes, containers: [made!.pod!] },
    ]) {
      assert.ok(volumes.some(({ name }) => name === "pgbackrest-authorities"));
      const [{ env, volumeMounts }] = containers as [PodParts["containers"][number]];
      assert.ok(volumeMounts.some(({ mountPath }) => mountPath === "/pgbackrest/authorities"));
      for (const number of [1, 2])
        assert.deepEqual(
          env.find(({ name }) => name === `PGBACKREST_REPO${number}_STORAGE_CA_FILE`)!["value"],
          "/pgbackrest/authorities/ca.crt",
        );
    }
    const [refused] = await problems({ tool: { ...plain, pod: { proxy: { https: "http://proxy" } } } });
    assert.match(refused!, /^tool\.pod\.proxy must be a key that is known/);
  });

  it("makes one backup a day: full on one day of the week, differential on the others", async () => {
    const schedule = { ...protection, frequency: { cron: "15 2 * * *" } } as const;
    const all = await record(() => {
      make({ tool: { ...plain, fullOn: 3 }, protection: schedule });
    });
    assert.deepEqual(
      ["orders-full", "orders-diff"].map((name) => specOf(all, name)["schedule"]),
      ["15 2 * * 3", "15 2 * * 0,1,2,4,5,6"],
    );
  });

  it("passes an explicit provider to every child", async () => {
    const all = await record(() => {
      const provider = new Provider("other", {});
      make({}, { provider });
      new PostgresWal(
        "second",
        { environment: "development", stores: [near], window: "1 day", tool: plain },
        { provider },
      );
    });
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
    assert.equal(children(all).length, 7);
  });

  it("is an asset of a strategy", async () => {
    let strategy: BackupStrategy | undefined;
    const declare = (changes: object) =>
      record(() => {
        strategy = new BackupStrategy("platform", {
          environment: "production",
          stores: { near, far },
          keys: { recipients: keys.recipients },
          assets: { orders: postgresWal({ window: "14 days", tool: operator, protection, ...changes }) },
        });
      });
    const all = await declare({});
    assert.deepEqual(
      identities(all).map(([, name]) => name),
      ["platform-orders-store", "platform-orders"],
    );
    assert.deepEqual(strategy!.plan.assets[0]!.mechanisms, ["cloudnative-pg", "barman-cloud"]);
    await assert.rejects(declare({ windw: "1 day" }), /assets\.orders\.windw must be .*write window/);
    await assert.rejects(
      declare({ tool: undefined }),
      /assets\.orders\.tool must be given, got nothing; say what archives/,
    );
  });

  describe("refuses", () => {
    const daily = { ...protection, frequency: { cron: "0 3 * * *" } };
    const cases: readonly [string, object, object, string][] = [
      [
        "a shorter window than the environment's",
        { window: "13 days" },
        { window: "14 days" },
        'window must be at least 14 days (production), got "13 days"; keep more, or change the environment',
      ],
      [
        "part of a day",
        { environment: "development", window: "36 hours" },
        { environment: "development", window: "48 hours" },
        'window must be whole days from 1, got "36 hours"; write for example "14 days"',
      ],
      [
        "two stores of CloudNativePG",
        { stores: [near, far], protection: { ...protection, copies: 2 } },
        { stores: [near], protection },
        'stores must be at most 1 (CloudNativePG archives into one ObjectStore), got ["eu-west-1","eu-central-1"]; set protection: { copies: 1 }, and let the bucket replicate or add dumps for further copies',
      ],
      [
        "a folder",
        { stores: [bucket("near", { kind: "folder", claimName: "c" } as never)] },
        {},
        'stores.near must be a bucket of S3 or of a server that speaks it (kubernetes.PostgresWal writes no other configuration), got "folder"; name another store',
      ],
      [
        "pgBackRest without TLS",
        { tool: plain, stores: [bucket("near", { endpoint: "http://s3" })] },
        { tool: plain, stores: [bucket("near", { endpoint: "https://s3" })] },
        'stores.near.endpoint must begin with https:// (pgBackRest), got "http://s3"; give the server a certificate',
      ],
      [
        "a lock",
        { protection: { ...protection, lock: { period: "1 day" } } },
        {},
        'protection.lock must be "none" (neither tool locks what it writes, and both delete what has expired), got {"daily":1}; lock dumps by kubernetes.PostgresBackup beside it',
      ],
      [
        "a time zone of CloudNativePG",
        { protection: { ...protection, frequency: { cron: "0 12 * * *", timeZone: "Europe/Vienna" } } },
        { protection: daily },
        'protection.frequency must count in UTC (CloudNativePG knows no time zones), got "Europe/Vienna"; convert it',
      ],
      [
        "base backups of pgBackRest twice a day",
        { tool: plain, protection: { ...protection, frequency: { cron: "0 */12 * * *" } } },
        { tool: plain, protection: daily },
        'protection.frequency must start once every day (full and differential backups share the week), got "0 */12 * * *"; write "1 day"; the log holds what is between',
      ],
      [
        "no schedule",
        { protection: { ...protection, frequency: "manual" } },
        { protection: daily },
        'protection.frequency must be a length of time or cron, for base backups, got "manual"; write "1 day"',
      ],
      [
        "a tool that is not known",
        { tool: { ...operator, kind: "cloudnativepg" } },
        { tool: operator },
        'tool.kind must be one of cloudnative-pg, pgbackrest, got "cloudnativepg"; write cloudnative-pg',
      ],
      [
        "an eighth day",
        { tool: { ...plain, fullOn: 7 } },
        { tool: { ...plain, fullOn: 6 } },
        "tool.fullOn must be a whole number from 0 to 6, got 7; leave it out for the default",
      ],
      [
        "a stanza with a slash",
        { tool: { ...plain, stanza: "a/b" } },
        { tool: { ...plain, stanza: "a-b" } },
        'tool.stanza must be letters, digits, dashes and underscores (pgBackRest), got "a/b"; rename it',
      ],
    ];
    for (const [title, wrong, right, text] of cases)
      it(title, async () => {
        assert.deepEqual(await problems(wrong), [text]);
        assert.deepEqual(await problems(right), []);
      });

    it("everything wrong at once", async () => {
      const found = await problems({ tool: { kind: "pgbackrest", stanzas: "x" }, window: "0 days", nodeSelector: {} });
      assert.equal(found.length, 8, found.join("\n"));
    });
  });
});
