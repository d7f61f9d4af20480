// What only Kubernetes would find out at `up`, and what can be known before it: claims of another namespace, names that
// are taken, volumes that a second pod cannot mount. Does not prove what the API server answers: test/engine does.
import assert from "node:assert/strict";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { BackupStrategy } from "../../components/index.js";
import * as kubernetes from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { problemsOf } from "../support/problems.js";

const { BackupCheck, FolderStore, GitBackup, PostgresBackup, RedisBackup, RestoreDrill, RestoreJob } = kubernetes;
const environment = "development";
const database = { host: "orders-db", database: "orders" };
const folder = (namespace?: pulumi.Input<string>, name = "near") =>
  new FolderStore(name, { environment, size: "1Gi", namespace });
const identitySecret = { name: "identity" };
const elsewhere = (path: string, from = "drills") =>
  `${path} must lie in the pod's namespace ${from} (Kubernetes mounts no claim of another), got "a claim in shop"; use a store that is reached over the network, or run it in shop`;

describe("a claim of another namespace", () => {
  const wrong: readonly [string, () => unknown, string][] = [
    [
      "of a backup",
      () =>
        new PostgresBackup("orders", { environment, database, keys, stores: [folder("shop")], namespace: "drills" }),
      "stores.near",
    ],
    [
      "of a check",
      () => {
        const stores = { far: folder("shop") };
        new BackupCheck("check", { environment, keys, asset: "orders", kind: "postgres", stores, namespace: "drills" });
      },
      "stores.far",
    ],
    [
      "of a drill",
      () => {
        const terms = { asset: "orders", every: "1 day", data: { kind: "postgres" }, identitySecret } as const;
        new RestoreDrill("drill", { environment, keys, stores: [folder("shop")], namespace: "drills", ...terms });
      },
      "stores.near",
    ],
    [
      "of a restore",
      () => {
        const from = { asset: "orders", store: folder("shop"), publicKeys: [], identitySecret };
        new RestoreJob("restore", { environment, into: database, namespace: "drills", ...from });
      },
      "store",
    ],
  ];
  for (const [title, program, path] of wrong)
    it(`is refused: ${title}`, async () => {
      assert.deepEqual(await problemsOf(program), [elsewhere(path)]);
    });

  it("is refused in a strategy before the first job is made, each where it was asked for", async () => {
    const declare = (namespace: string, more: object) =>
      problemsOf(() => {
        const stores = { near: folder("shop") };
        const settings = { ...database, namespace, protection: { copies: 1 }, ...more };
        new BackupStrategy("all", { environment, keys, stores, assets: { orders: kubernetes.postgres(settings) } });
      });
    const terms = { check: { namespace: "drills" }, drill: { namespace: "drills", identitySecret } };
    assert.deepEqual(await declare("shop", terms), [
      elsewhere("assets.orders.check.stores.near"),
      elsewhere("assets.orders.drill.stores.near"),
    ]);
    assert.deepEqual(await declare("other", { check: {} }), [elsewhere("assets.orders.stores.near", "other")]);
    assert.deepEqual(await declare("shop", { check: {}, drill: { identitySecret } }), []);
  });

  it("cannot be told where a namespace is known only later", async () => {
    const make = (store: pulumi.Input<string> | undefined, job: pulumi.Input<string> | undefined) =>
      problemsOf(
        () => new PostgresBackup("orders", { environment, database, keys, stores: [folder(store)], namespace: job }),
      );
    assert.deepEqual(await make("shop", "shop"), []);
    assert.deepEqual(await make(undefined, "shop"), []);
    assert.deepEqual(await make("shop", undefined), []);
    assert.deepEqual(await make(pulumi.output("shop"), "drills"), []);
    assert.deepEqual(await make("shop", pulumi.output("drills")), []);
  });
});

describe("a name that is taken", () => {
  const backup = (name: string, more: object = {}, opts?: pulumi.ComponentResourceOptions) =>
    new PostgresBackup(
      name,
      { environment, database, keys, stores: [folder(undefined, `near-${name}`)], ...more },
      opts,
    );
  const taken =
    'jobName must be a name of its own in its namespace (Kubernetes; kubernetes.PostgresBackup "orders" has it), got "orders"; name the component or its job otherwise';

  it("is refused for a second CronJob of one namespace", async () => {
    const second = (more: object) =>
      problemsOf(() => {
        backup("orders", { namespace: "shop" });
        backup("second", { jobName: "orders", ...more });
      });
    assert.deepEqual(await second({ namespace: "shop" }), [taken]);
    assert.deepEqual(await second({ namespace: "other" }), []);
    assert.deepEqual(await second({ namespace: pulumi.output("shop") }), []);
    assert.deepEqual(await second({ namespace: "shop", protection: { frequency: "none" } }), []);
  });

  it("is free in another cluster, and in the next run of the program", async () => {
    const program = () => {
      backup("orders");
      backup("second", { jobName: "orders" }, { provider: new Provider("other", {}) });
    };
    assert.deepEqual(await problemsOf(program), []);
    assert.deepEqual(await problemsOf(program), []);
  });

  it("is refused for two that would write one asset into one store", async () => {
    const program = (second: object) =>
      problemsOf(() => {
        const stores = [folder()];
        new PostgresBackup("orders", { environment, database, keys, stores });
        const server = { host: "orders-redis" };
        const protection = { frequency: "1 day", retention: { daily: "7 days" }, copies: 1 } as const;
        new RedisBackup("orders", { environment, server, keys, stores, protection, jobName: "redis", ...second });
      });
    assert.deepEqual(await program({}), [
      'asset must be a name of its own in every store (object names begin with it; kubernetes.PostgresBackup "orders" writes under it), got "orders"; give one of the two another asset name',
    ]);
    assert.deepEqual(await program({ asset: "sessions" }), []);
    assert.deepEqual(await program({ environment: "staging", keys: { ...keys } }), []);
  });

  it("is not taken by what only reads", async () => {
    const program = () => {
      const stores = [folder()];
      const repository = { url: "https://git.example.com/platform.git" };
      const protection = { frequency: "1 day", retention: { daily: "7 days" }, copies: 1 } as const;
      new GitBackup("platform", { environment, repository, keys, stores, protection });
      new BackupCheck("platform-check", { environment, keys, stores, asset: "platform", kind: "git-repository" });
    };
    assert.deepEqual(await problemsOf(program), []);
  });
});

describe("a name that Kubernetes does not take", () => {
  const rule =
    "be at most 63 lower-case letters, digits and dashes, the first and the last a letter or digit (Kubernetes)";
  const label =
    "be at most 63 letters, digits, dots, underscores and dashes, the first and the last a letter or digit (Kubernetes label)";
  const long = "x".repeat(64);
  const backup = (more: object) =>
    problemsOf(() => new PostgresBackup("orders", { environment, database, keys, stores: [folder()], ...more }));

  it("is refused where it stands", async () => {
    const wrong = `namespace must ${rule}, got "Shop_1"; rename it`;
    assert.deepEqual(await backup({ namespace: "Shop_1" }), [wrong]);
    assert.deepEqual(await backup({ namespace: long }), [wrong.replace("Shop_1", long)]);
    assert.deepEqual(await backup({ namespace: "x".repeat(63) }), []);
    assert.deepEqual(await backup({ asset: "orders-" }), [`asset must ${label}, got "orders-"; rename it`]);
    assert.deepEqual(await problemsOf(() => folder("Shop_1")), [wrong]);
    const claim = (claimName: string) =>
      problemsOf(() => new FolderStore("near", { environment, size: "1Gi", claimName }));
    assert.deepEqual(await claim("near.backups"), []);
    assert.deepEqual(await claim("-near"), [
      'claimName must be at most 253 lower-case letters, digits, dots and dashes, the first and the last a letter or digit (Kubernetes), got "-near"; rename it',
    ]);
    assert.deepEqual(await problemsOf(() => new kubernetes.DrillNamespace("drills", { namespaceName: "Shop_1" })), [
      wrong.replace("namespace", "namespaceName"),
    ]);
    const from = { asset: "orders-", publicKeys: [], identitySecret, namespace: "Shop_1" };
    const restore = () => new RestoreJob("restore", { environment, into: database, store: folder(), ...from });
    assert.deepEqual(await problemsOf(restore), [wrong, `asset must ${label}, got "orders-"; rename it`]);
  });

  it("is refused in a strategy where it was given", async () => {
    const problems = await problemsOf(() => {
      const proofs = { check: { namespace: "A" }, drill: { namespace: "B", identitySecret } };
      const assets = { orders: kubernetes.postgres({ ...database, namespace: "C", ...proofs }) };
      new BackupStrategy("all", { environment, keys, stores: { near: folder() }, assets });
    });
    assert.deepEqual(
      problems.map((line) => line.split(" ")[0]),
      ["assets.orders.namespace", "assets.orders.check.namespace", "assets.orders.drill.namespace"],
    );
  });
});

describe("the volume of a FolderStore", () => {
  it("must be one that several pods can mount", async () => {
    const make = (accessModes: readonly string[]) =>
      problemsOf(() => new FolderStore("near", { environment, size: "1Gi", accessModes }));
    for (const mode of ["ReadWriteOncePod", "ReadOnlyMany"])
      assert.deepEqual(await make(["ReadWriteOnce", mode]), [
        `accessModes must be ReadWriteOnce or ReadWriteMany (several pods write artefacts, one after the other), got "${mode}"; leave it out, or write ["ReadWriteMany"]`,
      ]);
    assert.deepEqual(await make(["ReadWriteMany"]), []);
  });
});

describe("connections of a restore", () => {
  const from = { environment, asset: "orders", publicKeys: [], identitySecret } as const;
  const restore = (args: object) =>
    problemsOf(() => new RestoreJob("restore", { ...from, into: database, store: folder(), ...args }));

  it("are refused where they cannot be had", async () => {
    assert.deepEqual(await restore({ jobs: 32 }), []);
    const number = (got: string) =>
      `jobs must be a whole number from 1 to 32 (the agent), got ${got}; write about as many as the server has processors`;
    for (const jobs of [0, 33, 1.5]) assert.deepEqual(await restore({ jobs }), [number(String(jobs))]);
    assert.deepEqual(await restore({ jobs: 2, overwrite: "orders" }), [
      "jobs must be left out beside overwrite (what is there is replaced in one transaction), got 2; leave one of them out",
    ]);
    assert.deepEqual(await restore({ jobs: 2, into: { claimName: "restored", file: "dump" } }), [
      "jobs must be left out for files (the agent writes one file), got 2; leave it out",
    ]);
  });
});
