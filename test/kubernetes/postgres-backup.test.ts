// What the component registers. Does not prove that a cluster accepts it or that a backup can be restored: test/engine does.
import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { FolderStore, PostgresBackup, type PostgresBackupArgs } from "../../components/kubernetes/index.js";
import type { AgentConfig } from "../../components/index.js";
import { keys } from "../support/keys.js";
import { record, type Registration } from "../support/recorder.js";
import { restrictedViolations } from "../support/restricted.js";

type CronJobSpec = {
  readonly schedule: string;
  readonly timeZone: string;
  readonly suspend: boolean;
  readonly startingDeadlineSeconds: number;
  readonly concurrencyPolicy: string;
  readonly jobTemplate: { readonly spec: JobSpec };
};
type JobSpec = {
  readonly backoffLimit: number;
  readonly activeDeadlineSeconds: number;
  readonly ttlSecondsAfterFinished: number;
  readonly podFailurePolicy: unknown;
  readonly template: { readonly spec: PodSpec };
};
type PodSpec = Omit<Parameters<typeof restrictedViolations>[0], "containers"> & {
  readonly automountServiceAccountToken: boolean;
  readonly restartPolicy: string;
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    readonly env: readonly { readonly name: string; readonly value: string }[];
    readonly command: readonly string[];
    readonly args: readonly string[];
  }[];
};

function declare(args: Partial<PostgresBackupArgs> = {}, opts?: pulumi.ComponentResourceOptions): PostgresBackup {
  const environment = args.environment ?? "development";
  const store = new FolderStore("near", { environment, size: "1Gi" });
  return new PostgresBackup(
    "orders",
    {
      environment,
      database: { host: "orders-db", database: "orders", passwordSecret: { name: "orders-db" } },
      stores: [store],
      keys,
      ...args,
    },
    opts,
  );
}

const only = (all: readonly Registration[], type: string) => {
  const found = all.filter((registration) => registration.type === type);
  assert.equal(found.length, 1, `${type} in ${all.map((entry) => entry.type).join(", ")}`);
  return found[0]!;
};
const cronJob = (all: readonly Registration[]) =>
  only(all, "kubernetes:batch/v1:CronJob").inputs["spec"] as CronJobSpec;
const oneCopy = { copies: 1, lock: "none", restoreTests: [] } as const;

describe("kubernetes.PostgresBackup", () => {
  it("registers a bundle, an account, a network policy and a CronJob, all below itself", async () => {
    const all = await record(() => declare());
    const urn = "urn:pulumi:test::project::backup-tiers:kubernetes:PostgresBackup::orders";
    const below = all.filter(
      ({ parent }) => parent.startsWith(urn.split("::").slice(0, 2).join("::")) && parent.includes("PostgresBackup"),
    );
    assert.deepEqual(below.map(({ type, name }) => [type, name]).sort(), [
      ["backup-tiers:kubernetes:AgentBundle", "orders-agent"],
      ["kubernetes:batch/v1:CronJob", "orders"],
      ["kubernetes:core/v1:ConfigMap", "orders-agent"],
      ["kubernetes:core/v1:ServiceAccount", "orders-account"],
      ["kubernetes:networking.k8s.io/v1:NetworkPolicy", "orders-network"],
    ]);
  });

  it("stores none of its arguments as inputs of the component", async () => {
    const all = await record(() => declare());
    assert.deepEqual(only(all, PostgresBackup.type).inputs, {});
  });

  it("runs a pod that PodSecurity restricted admits, without a token, ended by the agent alone", async () => {
    const pod = cronJob(await record(() => declare())).jobTemplate.spec.template.spec;
    assert.deepEqual(restrictedViolations(pod), []);
    assert.equal(pod.automountServiceAccountToken, false);
    assert.equal(pod.restartPolicy, "Never");
    assert.deepEqual(
      pod.containers.map(({ name, image, args }) => [name, image, args]),
      [["agent", "docker.io/library/postgres:18", ["backup"]]],
    );
  });

  it("sets every field of a CronJob whose default would be wrong", async () => {
    const spec = cronJob(await record(() => declare()));
    const { jobTemplate, schedule, ...cron } = spec;
    assert.match(schedule, /^\d+ [0-5] \* \* \*$/);
    assert.deepEqual(cron, {
      timeZone: "Etc/UTC",
      suspend: false,
      startingDeadlineSeconds: 3600,
      concurrencyPolicy: "Forbid",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
    });
    const { backoffLimit, activeDeadlineSeconds, ttlSecondsAfterFinished, podFailurePolicy } = jobTemplate.spec;
    assert.deepEqual([backoffLimit, activeDeadlineSeconds, ttlSecondsAfterFinished], [2, 43_200, 604_800]);
    assert.deepEqual(podFailurePolicy, {
      rules: [
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        { action: "FailJob", onExitCodes: { containerName: "agent", operator: "In", values: [2] } },
      ],
    });
  });

  it("suspends a manual backup and keeps it runnable by hand", async () => {
    const spec = cronJob(await record(() => declare({ protection: { frequency: "manual" } })));
    assert.deepEqual([spec.suspend, spec.schedule], [true, "0 3 * * *"]);
  });

  it("makes nothing where the environment makes no backup, and says so", async () => {
    let backup: PostgresBackup | undefined;
    const all = await record(() => {
      backup = declare({ protection: { frequency: "none" } });
    });
    assert.deepEqual(
      all.filter(({ type }) => type.includes("CronJob")),
      [],
    );
    assert.deepEqual(
      backup!.plan.issues.map(({ id }) => id),
      ["no-backup-in-environment"],
    );
  });

  it("hands the agent its whole configuration without a secret", async () => {
    const spec = cronJob(await record(() => declare({ environment: "production", protection: oneCopy })));
    const [container] = spec.jobTemplate.spec.template.spec.containers;
    const config = JSON.parse(container!.env.find(({ name }) => name === "BACKUP_TIERS_CONFIG")!.value) as AgentConfig;
    assert.deepEqual(config, {
      version: 1,
      environment: "production",
      asset: "orders",
      source: {
        kind: "postgres",
        host: "orders-db",
        port: 5432,
        database: "orders",
        user: "postgres",
        passwordFile: "/secrets/database-password/password",
        sslMode: "prefer",
        countTables: [],
      },
      retention: { hourly: 86_400, daily: 30 * 86_400, monthly: 31_557_600 },
      recipients: keys.recipients,
      signing: { secretKeyFile: "/secrets/signing-key/minisign.key", publicKeys: [] },
      maxAgeSeconds: 7200,
      stores: [{ kind: "folder", name: "near", path: "/stores/store-0" }],
    });
  });

  it("passes an explicit provider and the caller's options to every child", async () => {
    const all = await record(() => {
      const provider = new kubernetes.Provider("elsewhere", {});
      declare({}, { provider, protect: true });
    });
    const children = all.filter(
      ({ parent, type }) => parent.includes("PostgresBackup") && type.startsWith("kubernetes:"),
    );
    assert.equal(children.length, 4);
    for (const { provider, protect, name } of children) {
      assert.match(provider, /::elsewhere::/, name);
      assert.equal(protect, true, name);
    }
  });

  it("lets two instances live in one program", async () => {
    const all = await record(() => {
      const store = new FolderStore("near", { environment: "development", size: "1Gi" });
      for (const name of ["orders", "ledger"])
        new PostgresBackup(name, {
          environment: "development",
          database: { host: "db", database: name },
          stores: [store],
          keys,
        });
    });
    const identities = all.map(({ type, name }) => `${type} ${name}`);
    assert.equal(new Set(identities).size, identities.length);
  });

  it("reports every wrong argument in one error without a stack trace", async () => {
    const wrong = {
      environment: "prodution",
      databse: {},
      database: { hots: "db", database: "orders", version: "17.2" },
      stores: [],
      keys: { recipients: ["AGE-SECRET-KEY-1QQ"] },
      jobName: "a".repeat(53),
      protection: { frequency: "1 dya" },
    } as unknown as PostgresBackupArgs;
    await assert.rejects(
      record(() => new PostgresBackup("orders", wrong)),
      (error: pulumi.ResourceError) => {
        assert.ok(pulumi.ResourceError.isInstance(error) && error.hideStack === true);
        for (const part of [
          /^kubernetes\.PostgresBackup "orders" has 11 problems:/,
          /got "prodution"; write production/,
          /databse; write database/,
          /hots/,
          /database\.host must/,
          /"17\.2"/,
          /1 dya/,
          /at most 52/,
          /must be an age recipient \(age v1\), got a secret key/,
          /must hold 2 or more different recipients/,
          /signingKeySecret must name a Secret/,
        ])
          assert.match(error.message, part);
        assert.doesNotMatch(error.message, /AGE-SECRET-KEY|\.ts:\d+/);
        return true;
      },
    );
  });
});
