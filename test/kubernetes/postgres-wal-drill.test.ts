// Drills and checks of an archive by pgBackRest, declared alone and in a strategy: what is registered, what the plan says,
// and what is refused. Does not prove that they work: test/agent/pgbackrest-drill.test.ts recovers with pgBackRest, and
// test/engine/postgres-wal-drill.test.ts does so in pods.
import assert from "node:assert/strict";
import { type BackupStore, BackupStrategy } from "../../components/index.js";
import { configProblems } from "../../agent/config/load.js";
import {
  BackupCheck,
  type BackupCheckArgs,
  postgresWal,
  type PostgresWalAsset,
  RestoreDrill,
  type RestoreDrillArgs,
} from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { problemsOf } from "../support/problems.js";
import { record, type Registration } from "../support/recorder.js";
import { restrictedViolations } from "../support/restricted.js";

const bucket = (name: string, access: Partial<BackupStore["access"]> = {}): BackupStore => ({
  name,
  declaration: { location: { provider: "aws", region: name } },
  access: { kind: "s3", bucket: `${name}-bucket`, region: name, ...access } as BackupStore["access"],
});
const near = bucket("eu-west-1");
const far = bucket("eu-central-1", { endpoint: "https://s3.example:9000", credentialsSecret: "keys" });
const data = {
  kind: "postgres-wal",
  stanza: "orders",
  image: "registry.example/postgres-pgbackrest:17",
  cipherSecret: { name: "orders-cipher" },
  window: "14 days",
} as const;
const signed = { ...keys, signingKeySecret: { name: "backup-signing-key" } };
const drillArgs: RestoreDrillArgs = {
  environment: "production",
  asset: "orders-wal",
  data,
  every: "1 week",
  stores: { near, far },
  keys: signed,
  namespace: "drills",
};
const tool = {
  kind: "pgbackrest",
  stanza: "orders",
  host: "orders-db",
  image: data.image,
  cipherSecret: data.cipherSecret,
  tls: { secretName: "orders-tls", commonName: "orders-backup" },
  pod: { priorityClassName: "backups" },
} as const;

interface Pod {
  readonly containers: readonly {
    readonly image: string;
    readonly args: readonly string[];
    readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  }[];
  readonly volumes: readonly { readonly name: string }[];
  readonly securityContext: { readonly runAsUser: number };
  readonly priorityClassName?: string;
}

const childOf = (all: readonly Registration[], type: string, name: string) => {
  const found = all.find((one) => one.type.endsWith(`:${type}`) && one.name === name);
  assert.ok(found !== undefined, `${type} ${name}`);
  return found.inputs;
};
const podOf = (all: readonly Registration[], name: string): Pod =>
  (childOf(all, "CronJob", name)["spec"] as { jobTemplate: { spec: { template: { spec: Pod } } } }).jobTemplate.spec
    .template.spec;
const configOf = (pod: Pod) =>
  JSON.parse(pod.containers[0]!.env.find(({ name }) => name === "BACKUP_TIERS_CONFIG")!.value!) as Record<
    string,
    unknown
  >;
const drillProblems = (changes: object) =>
  problemsOf(() => {
    new RestoreDrill("orders-drill", { ...drillArgs, ...changes });
  });

describe("kubernetes.RestoreDrill of an archive", () => {
  it("has a pod that restricted admits, reads every repository, and has secrets by reference only", async () => {
    const checks = [{ name: "orders", sql: "SELECT true" }];
    const all = await record(() => {
      new RestoreDrill("orders-drill", { ...drillArgs, pick: "random", checks });
    });
    const pod = podOf(all, "orders-drill");
    assert.deepEqual(restrictedViolations(pod as never), []);
    const [container] = pod.containers;
    assert.equal(container!.image, data.image);
    assert.equal(pod.securityContext.runAsUser, 999);
    assert.deepEqual(container!.args, ["drill", "--pick", "random"]);
    const secret = (name: string, key: string) => ({ secretKeyRef: { name, key } });
    assert.deepEqual(
      container!.env.filter(({ name }) => name.startsWith("PGBACKREST_")),
      [
        { name: "PGBACKREST_CONFIG", value: "/pgbackrest/config/drill.conf" },
        { name: "PGBACKREST_REPO1_CIPHER_PASS", valueFrom: secret("orders-cipher", "passphrase") },
        { name: "PGBACKREST_REPO2_CIPHER_PASS", valueFrom: secret("orders-cipher", "passphrase") },
        { name: "PGBACKREST_REPO2_S3_KEY", valueFrom: secret("keys", "accessKeyId") },
        { name: "PGBACKREST_REPO2_S3_KEY_SECRET", valueFrom: secret("keys", "secretAccessKey") },
      ],
    );
    assert.ok(!pod.volumes.some(({ name }) => name === "identity"));
    const config = configOf(pod);
    assert.deepEqual(config["source"], {
      kind: "pgbackrest",
      stanza: "orders",
      repositories: ["near", "far"],
      windowSeconds: 14 * 86_400,
    });
    assert.deepEqual(await configProblems(config, ["s3"]), []);
    assert.deepEqual(config["drill"], { checks, everySeconds: 7 * 86_400 });
    assert.ok(config["signing"] !== undefined, "the record is signed");
    const { data: files } = childOf(all, "ConfigMap", "orders-drill-pgbackrest") as { data: Record<string, string> };
    const text = files["drill.conf"]!;
    assert.ok(text.includes("repo1-path=/postgres-wal/production/orders-wal\n"), text);
    assert.ok(text.includes("repo2-s3-endpoint=s3.example\nrepo2-storage-port=9000\n"), text);
    assert.ok(!/pg1-|storage-ca-file/.test(text), "it knows no server");
    const { spec } = childOf(all, "NetworkPolicy", "orders-drill-network") as {
      spec: { egress: { to?: unknown; ports: { port: number }[] }[] };
    };
    const anywhere = spec.egress.filter(({ to }) => to === undefined);
    assert.deepEqual(
      anywhere.flatMap(({ ports }) => ports.map(({ port }) => port)),
      [53, 53, 443, 9000],
    );
  });

  it("trusts authorities of one's own, and gives the server the settings that are asked", async () => {
    const settings = { shared_preload_libraries: "timescaledb" };
    const changes = {
      certificateAuthorities: { configMap: "company-ca" },
      data: { ...data, settings, database: "shop" },
    };
    const all = await record(() => {
      new RestoreDrill("orders-drill", { ...drillArgs, ...changes });
    });
    const { data: files } = childOf(all, "ConfigMap", "orders-drill-pgbackrest") as { data: Record<string, string> };
    for (const repository of [1, 2])
      assert.ok(files["drill.conf"]!.includes(`repo${repository}-storage-ca-file=/authorities/ca.crt\n`));
    const source = configOf(podOf(all, "orders-drill"))["source"] as Record<string, unknown>;
    assert.deepEqual([source["settings"], source["database"]], [settings, "shop"]);
  });

  it("refuses everything wrong at once", async () => {
    assert.deepEqual(
      await drillProblems({
        data: { kind: "postgres-wal", stanza: "a/b", window: "1 hour", settings: { archive_mode: "on" }, images: "x" },
        identitySecret: { name: "identity" },
        judge: ["true"],
        stores: {
          near: bucket("near", { kind: "folder", claimName: "c" } as never),
          far: bucket("far", { endpoint: "http://s3" }),
        },
        proxy: { https: "http://proxy" },
      }),
      [
        "data.images must be a key that is known (nothing reads other keys), got images; write image",
        "data.image must be given, got nothing; name an image with pgBackRest and PostgreSQL",
        "data.cipherSecret must be given, got nothing; name a Secret with the passphrase",
        'data.stanza must be letters, digits, dashes and underscores (pgBackRest), got "a/b"; rename it',
        'data.window must be whole days from 1, got "1 hour"; write for example "14 days"',
        'data.settings.archive_mode must be left out (the drill decides it), got "on"; remove it',
        'identitySecret must be left out for postgres-wal (its passphrase opens it), got {"name":"identity"}; give cipherSecret',
        'judge must be left out unless the asset is a command\'s output or objects (the agent judges the others), got ["true"]; remove it',
        'proxy must be left out for postgres-wal (pgBackRest knows no proxy), got {"https":"http://proxy"}; reach the stores directly',
        'stores.near must be a bucket of S3 or of a server that speaks it (kubernetes.PostgresWal writes no other configuration), got "folder"; name another store',
        'stores.far.endpoint must begin with https:// (pgBackRest), got "http://s3"; give the server a certificate',
      ],
    );
    assert.deepEqual(await drillProblems({}), []);
  });
});

describe("an archive in a strategy", () => {
  let strategy: BackupStrategy | undefined;
  const declare = (changes: Partial<PostgresWalAsset>) => () => {
    strategy = new BackupStrategy("platform", {
      environment: "production",
      stores: { near, far },
      keys: signed,
      assets: {
        orders: postgresWal({ window: "14 days", tool, protection: { copies: 2, lock: "none" }, ...changes }),
      },
    });
  };
  const missing = () => strategy!.plan.issues.filter(({ id }) => id === "restore-test-provided");

  it("has no test without a drill, and the plan says so", async () => {
    await record(declare({}));
    assert.deepEqual(
      missing().map(({ message }) => /have a (\w+) test/.exec(message)![1]),
      ["smoke", "pitr"],
    );
    assert.deepEqual(strategy!.plan.assets[0]!.restoreTests, []);
  });

  it("has each test that the environment asks with one, and a check of them", async () => {
    const all = await record(
      declare({ drill: { namespace: "drills", stores: ["far"], images: { tools: "other:17" } }, check: {} }),
    );
    assert.deepEqual(missing(), []);
    assert.deepEqual(
      strategy!.plan.assets[0]!.restoreTests.map(({ kind }) => kind),
      ["smoke", "pitr"],
    );
    const pod = podOf(all, "platform-orders-pitr-drill");
    assert.equal(pod.containers[0]!.image, "other:17");
    assert.equal(pod.priorityClassName, "backups");
    const config = configOf(pod);
    assert.deepEqual((config["source"] as { repositories: string[] }).repositories, ["far"]);
    assert.ok(config["signing"] !== undefined, "the record is signed though the tool signs nothing");
    assert.deepEqual(await configProblems(config, ["s3"]), []);
    podOf(all, "platform-orders-smoke-drill");
    const check = configOf(podOf(all, "platform-orders-check"));
    assert.equal((check["source"] as { kind: string }).kind, "pgbackrest");
    assert.deepEqual(check["drill"], { everySeconds: 86_400 });
    assert.deepEqual(await configProblems(check, ["s3"]), []);
  });

  const operator = { kind: "cloudnative-pg", cluster: "orders" } as const;

  it("keeps the issue with CloudNativePG, which says what to do by hand", async () => {
    await record(declare({ tool: operator, protection: { copies: 1, lock: "none" } }));
    const [, pitr] = missing();
    assert.equal(
      pitr!.message,
      "assets.orders.protection.restoreTests must have a pitr test every 1 week (the plan states what is provisioned), got no pitr test from cloudnative-pg and barman-cloud; make a Cluster with cloudNativePgRecovery() in a namespace of its own at that cadence, ask it, delete it, and set restoreTests: []",
    );
  });

  it("refuses a drill by CloudNativePG, and says what to do", async () => {
    const found = await problemsOf(
      declare({ tool: operator, protection: { copies: 1, lock: "none" }, drill: { pick: "new" as never } }),
    );
    assert.deepEqual(found, [
      'assets.orders.drill.pick must be one of newest, random, oldest (the agent), got "new"; write one of them',
      'assets.orders.drill must be left out for cloudnative-pg (its operator alone restores), got {"pick":"new"}; make a Cluster with cloudNativePgRecovery() by hand, ask it, and delete it',
    ]);
    assert.deepEqual(await problemsOf(declare({ check: {} })), [
      "assets.orders.check must come with drill (it looks at drills alone), got {}; give drill too, or leave it out",
    ]);
  });
});

describe("kubernetes.BackupCheck of an archive", () => {
  const { environment, asset, stores } = drillArgs;
  const args: BackupCheckArgs = { environment, asset, stores, keys: signed, kind: "postgres", archive: true };
  const problems = (changes: Partial<BackupCheckArgs>) =>
    problemsOf(() => {
      new BackupCheck("orders-check", { ...args, ...changes });
    });

  it("needs to know how often it is drilled, and reads no artefacts", async () => {
    assert.deepEqual(await problems({ drillsEvery: "1 week" }), []);
    assert.deepEqual(await problems({ reads: "newest" }), [
      'drillsEvery must be given for an archive (its drills are what is checked), got nothing; write for example "1 week"',
      'reads must be left out for an archive (it has no artefacts), got "newest"; remove it',
    ]);
  });
});
