// BackupCheck, RestoreDrill and DrillNamespace: what they register, alone and as parts of a strategy's asset. Does not
// prove that a restore succeeds: test/engine does.
import assert from "node:assert/strict";
import { BackupStrategy, type Plan } from "../../components/index.js";
import * as kubernetes from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { record, type Registration } from "../support/recorder.js";
import { restrictedViolations } from "../support/restricted.js";
import { configOf, cronJobOf, egressOf, podOf } from "./support/cron-job.js";

const identitySecret = { name: "backup-identity" };
const publicKeys = ["RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"];
const finalCodes = (all: readonly Registration[], name: string) =>
  cronJobOf(all, name).jobTemplate.spec.podFailurePolicy.rules.flatMap(({ onExitCodes }) => onExitCodes?.values ?? []);
const secretsOf = (all: readonly Registration[], name: string) =>
  podOf(cronJobOf(all, name)).volumes.flatMap(
    ({ secret }) => (secret as { secretName?: string } | undefined)?.secretName ?? [],
  );

const drill = (args: Partial<kubernetes.RestoreDrillArgs> = {}) =>
  record(() => {
    const store = new kubernetes.FolderStore("near", { environment: "production", size: "1Gi" });
    new kubernetes.RestoreDrill("drill", {
      environment: "production",
      asset: "orders",
      data: { kind: "postgres", version: "17" },
      every: "1 day",
      stores: [store],
      keys,
      identitySecret,
      ...args,
    });
  });

const check = (args: Partial<kubernetes.BackupCheckArgs> = {}) =>
  record(() => {
    const store = new kubernetes.FolderStore("near", { environment: "production", size: "1Gi" });
    new kubernetes.BackupCheck("check", {
      environment: "production",
      asset: "orders",
      kind: "postgres",
      stores: [store],
      keys: { recipients: keys.recipients, publicKeys },
      ...args,
    });
  });

describe("kubernetes.RestoreDrill", () => {
  it("restores in the vendor's image, in a pod that restricted admits and that reaches no data", async () => {
    const all = await drill({ checks: [{ name: "some", sql: "SELECT true" }], pick: "random" });
    const pod = podOf(cronJobOf(all, "drill"));
    assert.deepEqual(restrictedViolations(pod), []);
    assert.equal(pod.automountServiceAccountToken, false);
    assert.deepEqual(pod.containers[0]!.args, [
      "drill",
      "--identity",
      "/secrets/identity/identity.txt",
      "--pick",
      "random",
    ]);
    assert.equal(pod.containers[0]!.image, "docker.io/library/postgres:17");
    assert.deepEqual(egressOf(all, "drill"), []);
    assert.deepEqual(secretsOf(all, "drill"), ["backup-identity", "backup-signing-key"]);
    const config = configOf(pod);
    assert.equal((config.source as { passwordFile?: string }).passwordFile, undefined);
    assert.deepEqual(config.drill, { checks: [{ name: "some", sql: "SELECT true" }], everySeconds: 86_400 });
  });

  it("is labelled as a drill and tries content once", async () => {
    const all = await drill();
    assert.equal(cronJobOf(all, "drill").jobTemplate.metadata.labels["purpose"], "drill");
    assert.deepEqual(finalCodes(all, "drill"), [2, 3]);
  });

  it("takes a volume of its own for what it restores", async () => {
    const scratch = async (args?: kubernetes.Scratch) =>
      podOf(cronJobOf(await drill({ scratch: args }), "drill")).volumes.find(({ name }) => name === "tmp");
    assert.deepEqual(await scratch(), { name: "tmp", emptyDir: { sizeLimit: "50Gi" } });
    assert.deepEqual(await scratch({ size: "1Ti", storageClassName: "fast" }), {
      name: "tmp",
      ephemeral: {
        volumeClaimTemplate: {
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "fast",
            resources: { requests: { storage: "1Ti" } },
          },
        },
      },
    });
  });

  for (const kind of ["redis", "git-repository", "volume", "etcd"] as const)
    it(`restores ${kind} as no root`, async () => {
      const pod = podOf(
        cronJobOf(
          await drill({ data: { kind }, protection: { frequency: "1 day", retention: { daily: "7 days" } } }),
          "drill",
        ),
      );
      assert.deepEqual(restrictedViolations(pod), []);
      assert.notEqual(pod.securityContext.runAsUser, 0);
    });

  it("restores objects with rights in the drill's namespace alone, by a token that no other drill mounts", async () => {
    const all = await drill({
      data: { kind: "kubernetes-objects", customGroups: ["example.com"], apiServerPorts: [16_443] },
      namespace: "drills",
      namespaces: ["shop"],
      judge: ["looks-good"],
    });
    const pod = podOf(cronJobOf(all, "drill"));
    assert.deepEqual(restrictedViolations(pod), []);
    assert.equal(pod.automountServiceAccountToken, true);
    assert.deepEqual(egressOf(all, "drill"), [16_443]);
    assert.deepEqual(configOf(pod).drill, { command: ["looks-good"], namespaces: ["shop"], everySeconds: 86_400 });
    const rights = all.filter(({ type }) => type.startsWith("kubernetes:rbac"));
    assert.deepEqual(
      rights.map(({ type, name, inputs }) => [
        type.split(":").at(-1),
        name,
        (inputs["metadata"] as { namespace?: string }).namespace,
      ]),
      [
        ["Role", "drill-restorer", "drills"],
        ["RoleBinding", "drill-restorer", "drills"],
      ],
    );
    assert.deepEqual(rights[0]!.inputs["rules"], [
      { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
      {
        apiGroups: [""],
        resources: ["configmaps", "serviceaccounts", "services", "replicationcontrollers"],
        verbs: ["create", "list", "delete"],
      },
      {
        apiGroups: [""],
        resources: ["secrets", "podtemplates", "persistentvolumeclaims", "resourcequotas", "limitranges"],
        verbs: ["create"],
      },
      {
        apiGroups: ["apps"],
        resources: ["deployments", "statefulsets", "replicasets"],
        verbs: ["create", "list", "delete"],
      },
      { apiGroups: ["apps"], resources: ["daemonsets"], verbs: ["create"] },
      { apiGroups: ["batch"], resources: ["cronjobs"], verbs: ["create", "list", "delete"] },
      { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create"] },
      { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"], verbs: ["create"] },
      { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: ["create"] },
      { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies", "ingresses"], verbs: ["create"] },
      { apiGroups: ["example.com"], resources: ["*"], verbs: ["create"] },
    ]);
    assert.deepEqual(rights[1]!.inputs["subjects"], [{ kind: "ServiceAccount", name: "drill", namespace: "drills" }]);
  });

  it("needs to know the namespace that objects are restored into, and says so of nothing else", async () => {
    await assert.rejects(
      drill({ data: { kind: "kubernetes-objects" }, namespaces: ["shop", "Shop"] }),
      (error: Error) => {
        assert.match(
          error.message,
          /namespace must be given for kubernetes-objects \(they are restored into it\), got nothing; make a DrillNamespace/,
        );
        assert.match(
          error.message,
          /namespaces must name namespaces \(Kubernetes\), got "Shop"; write those of the backup/,
        );
        return true;
      },
    );
    await assert.rejects(drill({ data: { kind: "redis", customGroups: ["a"] }, namespaces: ["a"] }), (error: Error) => {
      assert.match(error.message, /data\.customGroups must be left out for other kinds than kubernetes-objects/);
      assert.match(error.message, /namespaces must be left out for other kinds than kubernetes-objects/);
      return true;
    });
  });

  it("fails with every problem at once", async () => {
    const wrong = {
      data: { kind: "mysql", versio: "8" },
      every: "fortnightly",
      identitySecret: {},
      pick: "newst",
      checks: [{ name: "a", sql: "b" }],
      judge: ["true"],
    } as unknown as Partial<kubernetes.RestoreDrillArgs>;
    await assert.rejects(drill(wrong), (error: Error) => {
      for (const part of [
        /every must be a schedule \(cron\), got "fortnightly"/,
        /data\.versio must be a key that is known/,
        /data\.kind must be one of postgres, redis, git-repository, volume, etcd, kubernetes-objects .* got "mysql"/,
        /identitySecret must name a Secret with an age identity \(age\), got nothing/,
        /pick must be one of newest, random, oldest \(the agent\), got "newst"/,
        /checks must be left out for other kinds than postgres/,
        /judge must be left out unless the asset is a command's output/,
      ])
        assert.match(error.message, part);
      return true;
    });
  });
});

describe("kubernetes.BackupCheck", () => {
  it("needs no secret where the public keys are known, and no right to write", async () => {
    const all = await check({ keys: { ...keys, publicKeys }, reads: "all", drillsEvery: "1 week" });
    const pod = podOf(cronJobOf(all, "check"));
    assert.deepEqual(restrictedViolations(pod), []);
    assert.deepEqual(pod.containers[0]!.args, ["check", "--deep", "--all"]);
    assert.deepEqual(secretsOf(all, "check"), []);
    assert.deepEqual(configOf(pod).signing, { publicKeys });
    assert.deepEqual(configOf(pod).drill, { everySeconds: 604_800 });
    assert.equal(pod.containers[0]!.volumeMounts.find(({ name }) => name === "store-0")!.readOnly, true);
    assert.equal(cronJobOf(all, "check").jobTemplate.metadata.labels["purpose"], "check");
  });

  it("runs every hour where backups are made more than once a day, else every day", async () => {
    const schedule = async (frequency: "1 hour" | "1 day") =>
      cronJobOf(await check({ protection: { frequency, retention: { daily: "30 days" } } }), "check").schedule;
    assert.match(await schedule("1 hour"), /^\d+ \* \* \* \*$/);
    assert.match(await schedule("1 day"), /^\d+ [0-5] \* \* \*$/);
  });

  it("needs a key where the environment signs", async () => {
    await assert.rejects(
      check({ keys: { recipients: keys.recipients } }),
      /keys\.publicKeys must hold the keys that sign in production/,
    );
  });

  it("fails for what is no cadence and no reading", async () => {
    await assert.rejects(
      check({ every: "continuous", reads: "some" } as unknown as Partial<kubernetes.BackupCheckArgs>),
      (error: Error) => {
        assert.match(error.message, /every must be a length, a cron expression or "manual" .* got "continuous"/);
        assert.match(error.message, /reads must be one of none, newest, all \(the agent\), got "some"/);
        return true;
      },
    );
  });
});

describe("a strategy's proofs", () => {
  const strategy = async (
    asset: (drills: kubernetes.DrillNamespace) => Parameters<typeof kubernetes.postgres>[0],
    environment: "production" | "development" = "production",
  ): Promise<{ all: Registration[]; plan: Plan }> => {
    let made: BackupStrategy | undefined;
    const all = await record(() => {
      const drills = new kubernetes.DrillNamespace("drills", {});
      const near = new kubernetes.FolderStore("near", { environment, size: "1Gi" });
      const far = new kubernetes.FolderStore("far", { environment, size: "1Gi", cluster: "far" });
      const third = new kubernetes.FolderStore("third", { environment, size: "1Gi", cluster: "third" });
      made = new BackupStrategy("all", {
        environment,
        stores: { near, far, third },
        keys: { ...keys, publicKeys },
        assets: { orders: kubernetes.postgres(asset(drills)) },
      });
    });
    return { all, plan: made!.plan };
  };
  const database = { host: "orders-db", database: "orders", passwordSecret: { name: "orders-db" }, version: "17" };
  const strategyOf = (drill: kubernetes.DrillSettings) =>
    record(() => {
      const near = new kubernetes.FolderStore("near", { environment: "development", size: "1Gi" });
      const assets = { state: kubernetes.objects({ drill }) };
      new BackupStrategy("all", { environment: "development", stores: { near }, keys, assets });
    });
  const tests = (plan: Plan) =>
    plan.issues.filter(({ id }) => id === "restore-test-provided").map(({ message }) => message);

  it("are a drill for each restore of the plan and a check; the plan's warning about the test is gone", async () => {
    const { all, plan } = await strategy((drills) => ({
      ...database,
      drill: { identitySecret, namespace: drills.namespaceName, stores: ["far"] },
      check: { namespace: "checks" },
    }));
    assert.deepEqual(
      all
        .filter(({ type }) => type.endsWith(":CronJob"))
        .map(({ name }) => name)
        .sort(),
      ["all-orders", "all-orders-check", "all-orders-smoke-drill"],
    );
    assert.deepEqual(plan.assets[0]!.restoreTests, [{ kind: "smoke", every: "1 day" }]);
    assert.equal(tests(plan).length, 1);
    assert.match(tests(plan)[0]!, /a pitr test/);
    const pod = podOf(cronJobOf(all, "all-orders-smoke-drill"));
    assert.deepEqual(
      configOf(pod).stores.map(({ name }) => name),
      ["far"],
    );
    assert.deepEqual(secretsOf(all, "all-orders-smoke-drill"), ["backup-identity", "backup-signing-key"]);
    assert.deepEqual(configOf(podOf(cronJobOf(all, "all-orders-check"))).drill, { everySeconds: 86_400 });
    const namespaceOf = (name: string) =>
      (
        all.find((one) => one.type.endsWith(":CronJob") && one.name === name)!.inputs["metadata"] as {
          namespace?: string;
        }
      ).namespace;
    assert.deepEqual([namespaceOf("all-orders-smoke-drill"), namespaceOf("all-orders-check")], ["drills", "checks"]);
  });

  it("restore objects where the plan asks a test of them", async () => {
    let strategy: BackupStrategy | undefined;
    const all = await record(() => {
      const drills = new kubernetes.DrillNamespace("drills", {});
      const near = new kubernetes.FolderStore("near", { environment: "development", size: "1Gi" });
      strategy = new BackupStrategy("all", {
        environment: "development",
        stores: { near },
        keys: { ...keys, publicKeys },
        assets: {
          state: kubernetes.objects({
            namespaces: ["shop"],
            customGroups: ["example.com"],
            protection: { restoreTests: [{ kind: "restore", every: "1 week" }] },
            drill: { identitySecret, namespace: drills.namespaceName },
          }),
        },
      });
    });
    assert.deepEqual(tests(strategy!.plan), []);
    const name = "all-state-restore-drill";
    const pod = podOf(cronJobOf(all, name));
    assert.equal(pod.automountServiceAccountToken, true);
    assert.deepEqual(configOf(pod).source, {
      kind: "kubernetes-objects",
      namespaces: ["shop"],
      exclude: [],
      secretValues: "omit",
    });
    assert.deepEqual(egressOf(all, name), [443, 6443]);
    const role = all.find((one) => one.type.endsWith(":Role") && one.name === `${name}-restorer`)!;
    assert.deepEqual((role.inputs["rules"] as object[]).at(-1), {
      apiGroups: ["example.com"],
      resources: ["*"],
      verbs: ["create"],
    });
    await assert.rejects(
      strategyOf({ identitySecret }),
      /assets\.state\.drill\.namespace must be given for kubernetes-objects/,
    );
  });

  it("are warned about where they are left out", async () => {
    const { all, plan } = await strategy(() => database);
    assert.equal(all.filter(({ type }) => type.endsWith(":CronJob")).length, 1);
    assert.deepEqual(
      tests(plan).map((message) => /a (\w+) test/.exec(message)![1]),
      ["smoke", "pitr"],
    );
  });

  it("are not made where the environment asks no test", async () => {
    const { all } = await strategy(() => ({ ...database, drill: { identitySecret } }), "development");
    assert.equal(all.filter(({ type }) => type.endsWith(":RestoreDrill")).length, 0);
  });

  it("refuse a store that the asset does not have", async () => {
    await assert.rejects(
      strategy(() => ({ ...database, check: { stores: ["fra"] } })),
      (error: Error) => {
        assert.equal(
          error.message.split("\n").at(-1)!.trim(),
          'assets.orders.check.stores must name stores of the asset (the plan), got "fra"; use near, far, third',
        );
        return true;
      },
    );
  });

  it("say where their problems are", async () => {
    await assert.rejects(
      strategy(() => ({ ...database, drill: { pick: "old" } as never, check: { evry: "1 day" } as never })),
      (error: Error) => {
        assert.match(error.message, /assets\.orders\.drill\.identitySecret must name a Secret/);
        assert.match(error.message, /assets\.orders\.drill\.pick must be one of/);
        assert.match(error.message, /assets\.orders\.check\.evry .* write every/);
        return true;
      },
    );
  });

  it("are refused without a program for what only a program can judge", async () => {
    const near = { environment: "development", size: "1Gi" } as const;
    const declare = (assets: ConstructorParameters<typeof BackupStrategy>[1]["assets"]) =>
      record(() => {
        const store = new kubernetes.FolderStore("near", near);
        new BackupStrategy("all", { environment: "development", stores: { near: store }, keys, assets });
      });
    const program = { kind: "secret-material", image: "x", command: ["x"] };
    await assert.rejects(
      declare({ it: kubernetes.command({ ...program, drill: { identitySecret } }) }),
      /assets\.it\.drill\.judge must be a program that tells whether the output is right/,
    );
  });
});

describe("kubernetes.DrillNamespace", () => {
  it("closes the network, bounds what drills take and admits restricted pods only", async () => {
    const all = await record(
      () => new kubernetes.DrillNamespace("drills", { quota: { pods: "2" }, labels: { team: "a" } }),
    );
    const inputs = (type: string) => all.find((one) => one.type.endsWith(`:${type}`))!.inputs;
    assert.deepEqual((inputs("Namespace")["metadata"] as { labels: object }).labels, {
      team: "a",
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/warn": "restricted",
      "app.kubernetes.io/managed-by": "pulumi-backup-tiers",
      purpose: "drill",
    });
    assert.deepEqual(inputs("NetworkPolicy")["spec"], { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    assert.deepEqual(inputs("ResourceQuota")["spec"], {
      hard: { "services.loadbalancers": "0", "services.nodeports": "0", pods: "2" },
    });
    assert.ok(inputs("LimitRange")["spec"]);
  });

  it("refuses misspelt arguments", async () => {
    const args = { name: "x" } as kubernetes.DrillNamespaceArgs;
    await assert.rejects(
      record(() => new kubernetes.DrillNamespace("drills", args)),
      /args\.name must be a key/,
    );
  });
});
