// The Job that the command prints from a CronJob of ours. Does not prove that it restores: test/engine/todo-app.test.ts does.
import assert from "node:assert/strict";
import { FolderStore, PostgresBackup } from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { record } from "../support/recorder.js";
import { restrictedViolations } from "../support/restricted.js";
import { runCommand } from "./support/command-line.js";

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly volumeMounts: readonly object[];
}
interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: Omit<Parameters<typeof restrictedViolations>[0], "containers"> & {
    readonly containers: readonly Container[];
    readonly volumes: readonly object[];
  };
}
interface Job {
  readonly kind: string;
  readonly metadata: { readonly generateName: string; readonly namespace: string };
  readonly spec: { readonly backoffLimit: number; readonly template: Pod };
}

describe("backup-tiers restore", () => {
  let cronJob: { readonly spec: { readonly jobTemplate: { readonly spec: { readonly template: Pod } } } };

  before(async () => {
    const registered = await record(() => {
      const store = new FolderStore("near", { environment: "development", size: "1Gi" });
      return new PostgresBackup("orders", {
        environment: "development",
        namespace: "shop",
        database: { host: "orders-db", database: "orders", passwordSecret: { name: "orders-db" } },
        stores: [store],
        keys,
      });
    });
    const found = registered.find(({ type }) => type === "kubernetes:batch/v1:CronJob");
    cronJob = { apiVersion: "batch/v1", kind: "CronJob", ...found?.inputs } as unknown as typeof cronJob;
  });

  async function jobOf(...options: readonly string[]): Promise<Job> {
    const call = ["restore", "--identity-secret", "backup-identity", ...options];
    const { exitCode, stdout, stderr } = await runCommand(call, { input: JSON.stringify(cronJob) });
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout) as Job;
  }

  async function problemsOf(input: string, ...options: readonly string[]): Promise<string[]> {
    const { exitCode, stdout, stderr } = await runCommand(["restore", ...options], { input });
    assert.deepEqual([exitCode, stdout], [2, ""], stderr);
    assert.ok(!/^\s+at /m.test(stderr), stderr);
    return stderr.trim().split("\n");
  }

  it("runs the backup's own pod, with another call and the identity, and nothing else changed", async () => {
    const { template: backup } = cronJob.spec.jobTemplate.spec;
    const { kind, metadata, spec } = await jobOf(
      ...["--database", "orders_restored", "--at", "2026-01-31T02:00:00Z", "--jobs", "4"],
    );
    assert.deepEqual(
      [kind, metadata.generateName, metadata.namespace, spec.backoffLimit],
      ["Job", "orders-restore-", "shop", 0],
    );
    const { template: restore } = spec;
    assert.deepEqual(restore.metadata.labels, { ...backup.metadata.labels, purpose: "restore" });
    assert.deepEqual(restore.spec.containers[0]?.args, [
      ...["restore", "--identity", "/secrets/identity/identity.txt"],
      ...["--at", "2026-01-31T02:00:00Z", "--database", "orders_restored", "--jobs", "4"],
    ]);
    const added = restore.spec.volumes.slice(backup.spec.volumes.length);
    assert.deepEqual(added, [{ name: "identity", secret: { secretName: "backup-identity", defaultMode: 0o440 } }]);
    const withoutIdentity = {
      ...restore.spec,
      volumes: restore.spec.volumes.slice(0, backup.spec.volumes.length),
      containers: restore.spec.containers.map((each) => ({
        ...each,
        args: ["backup"],
        volumeMounts: each.volumeMounts.slice(0, -1),
      })),
    };
    assert.deepEqual(withoutIdentity, backup.spec);
    assert.deepEqual(restrictedViolations(restore.spec), []);
  });

  it("mounts the claim of a file, and takes a key of another name", async () => {
    const job = await jobOf("--identity-secret", "safe/key.txt", "--claim", "restored", "--file", "dumps/orders");
    const { containers, volumes } = job.spec.template.spec;
    assert.deepEqual(containers[0]?.args, [
      ...["restore", "--identity", "/secrets/identity/key.txt", "--output", "/restored/dumps/orders"],
    ]);
    assert.deepEqual(volumes.at(-1), { name: "restored", persistentVolumeClaim: { claimName: "restored" } });
    assert.deepEqual(containers[0].volumeMounts.at(-1), { name: "restored", mountPath: "/restored" });
  });

  it("tells every problem of the call and of the document at once", async () => {
    const options = ["--identity-secret", "A b", "--id", "x", "--at", "y", "--claim", "c", "--database", "d"];
    const problems = await problemsOf('{"kind":"Pod"}', ...options);
    assert.deepEqual(
      problems.map((line) => line.replace(/ must .*/, "")),
      ["error: --identity-secret", "error: --at", "error: --file", "error: --claim", "error: the document"],
    );
    const [wrongPath] = await problemsOf("{", "--identity-secret", "a", "--claim", "c", "--file", "../x");
    assert.match(wrongPath ?? "", /^error: --file must be the path of a new file inside the volume/);
    const jobs = await problemsOf("{", "--identity-secret", "a", "--jobs", "many", "--into-existing", "orders");
    assert.deepEqual(jobs.slice(0, 2), [
      'error: --jobs must be a whole number from 1 to 32 (the agent), got "many"; write one',
      "error: --jobs must not stand beside --into-existing (the agent), got both; leave one out",
    ]);
    const drill = JSON.stringify(cronJob).replace('"args":["backup"]', '"args":["drill"]');
    const [other] = await problemsOf(drill, "--identity-secret", "a");
    assert.match(
      other ?? "",
      /must be the CronJob of a backup \(Kubernetes\), got orders, one that runs drill; pipe it/,
    );
  });
});
