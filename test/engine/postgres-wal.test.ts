// The objects of PostgresWal under the schemas of CloudNativePG and its Barman Cloud plugin, and pgBackRest's jobs under
// PodSecurity restricted, by the real engine. Does not prove that an operator acts on them: none runs here.
import assert from "node:assert/strict";
import { needPrograms } from "../support/programs.js";
import { apply, get, kubectl } from "./support/cluster.js";
import { needsCrd } from "./support/needs-crd.js";
import { Project } from "./support/project.js";

const namespace = "postgres-wal-test";

interface Stored {
  readonly spec: Record<string, unknown>;
}

describe("kubernetes.PostgresWal on a cluster", function () {
  let project: Project | undefined;
  const pulumi = (command: string, ...args: string[]) =>
    project!.pulumi(command, "--stack", "wal", "--yes", "--skip-preview", ...args);

  before(async function () {
    needPrograms(this, "kubectl", "pulumi");
    needsCrd(this, "objectstores.barmancloud.cnpg.io");
    project = new Project("test/engine/programs/postgres-wal");
    await apply({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    await apply({
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: { name: "orders", namespace },
      spec: { instances: 1, storage: { size: "1Gi" } },
    });
    await project.pulumi("stack", "init", "wal");
    await project.pulumi("config", "set", "--stack", "wal", "namespace", namespace);
    await pulumi("up", "--suppress-outputs");
  });
  after(async () => {
    if (project === undefined) return;
    await kubectl("delete", "namespace", namespace, "--ignore-not-found", "--timeout=120s");
    project.remove();
  });

  it("is taken as it is, and a second up and a refresh change nothing", async () => {
    await pulumi("up", "--expect-no-changes");
    await pulumi("refresh", "--expect-no-changes");
    const store = await get<Stored>("objectstores.barmancloud.cnpg.io", "orders", namespace);
    assert.equal(store!.spec["retentionPolicy"], "7d");
    const cluster = await get<Stored>("clusters.postgresql.cnpg.io", "orders", namespace);
    assert.equal(cluster!.spec["instances"], 1);
    assert.deepEqual((cluster!.spec["plugins"] as { name: string; parameters: object }[])[0]!.parameters, {
      barmanObjectName: "orders",
    });
  });

  it("makes pods of pgBackRest that restricted admits", async () => {
    await kubectl("-n", namespace, "create", "job", "--from=cronjob/ledger-full", "now");
    await kubectl("-n", namespace, "wait", "--for=create", "pod", "-l", "job-name=now", "--timeout=60s");
    await kubectl("-n", namespace, "delete", "job", "now");
  });

  it("changes the window in place, and leaves nothing after destroy", async () => {
    await project!.pulumi("config", "set", "--stack", "wal", "days", "9");
    const steps = (await project!.steps("wal")).filter(({ op }) => op !== "same");
    assert.deepEqual(steps.map(({ op, urn }) => [op, urn.split("::").at(-1)]).sort(), [
      ["replace", "ledger-pgbackrest"],
      ["update", "orders-store"],
    ]);
    await pulumi("up", "--suppress-outputs");
    await pulumi("destroy");
    const kinds =
      "objectstores.barmancloud.cnpg.io,scheduledbackups.postgresql.cnpg.io,cronjobs,configmaps,serviceaccounts";
    const label = ["-l", "app.kubernetes.io/managed-by=pulumi-backup-tiers", "-o", "name"];
    assert.equal(await kubectl("-n", namespace, "get", kinds, ...label), "");
    const cluster = await get<Stored>("clusters.postgresql.cnpg.io", "orders", namespace);
    assert.equal(cluster!.spec["plugins"], undefined, "the patch is taken back, the Cluster stays");
  });
});
