// Schedules of ours under Velero's own server and a real S3 server, put there by the real engine: a Completed backup by
// the clock, and its restore into another namespace. Does not prove volume data: the cluster has no node agent, no CSI
// driver and no pod with a volume in the namespace.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { S3Server } from "../agent/support/s3-server.js";
import { needPrograms } from "../support/programs.js";
import { keys } from "../support/keys.js";
import { apply, get, kubectl } from "./support/cluster.js";
import { Project } from "./support/project.js";
import { VeleroServer } from "./support/velero-server.js";

const velero = "velero-schedules-server";
const shop = "velero-schedules-shop";
const copy = "velero-schedules-copy";
const password = "a repository password of its own";
const apiVersion = "velero.io/v1";

interface Schedule {
  readonly spec: { readonly schedule: string; readonly skipImmediately: boolean; readonly template: { ttl: string } };
  readonly status: { readonly phase: string };
}

const schedule = async (name: string) => (await get<Schedule>("schedules.velero.io", name, velero))!;

describe("kubernetes.VeleroSchedules on a cluster", function () {
  const s3 = new S3Server("127.0.0.1", ["primary", "offsite"]);
  const server = new VeleroServer(velero);
  const namespaces: string[] = [];
  let project: Project;
  const pulumi = (command: string, ...args: string[]) =>
    project.pulumi(command, "--stack", "velero", "--yes", "--skip-preview", ...args);

  before(async function () {
    needPrograms(this, "kubectl", "pulumi", "versitygw", "velero");
    project = new Project("test/engine/programs/velero-schedules");
    await s3.start();
    const { accessKeyId, secretAccessKey } = s3.credentials;
    const cloud = `[default]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`;
    namespaces.push(velero, shop, copy);
    await apply(
      ...[velero, shop].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
      secret("velero-s3", velero, { cloud }),
      secret("shop-secret", shop, { password: "the shop's own password" }),
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "prices", namespace: shop }, data: { tea: "3.20" } },
      deployment(),
    );
    await project.pulumi("stack", "init", "velero");
    const set = (...args: string[]) => project.pulumi("config", "set", "--stack", "velero", ...args);
    await set("endpoint", s3.endpoint);
    await set("namespace", shop);
    await set("veleroNamespace", velero);
    await set("--secret", "repositoryPassword", password);
    for (const [index, recipient] of keys.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
  });
  after(async () => {
    // Only Velero takes its finalizer off a Restore, and a namespace waits for that.
    if (namespaces.length > 0) await kubectl("-n", velero, "delete", "restores.velero.io", "--all", "--timeout=60s");
    await server.stop();
    await s3.stop();
    for (const name of namespaces) {
      await kubectl("delete", "namespace", name, "--ignore-not-found", "--timeout=120s");
    }
    if (namespaces.length > 0) project.remove();
  });

  it("is put there with its own repository password before Velero could make one, and waits for its stores", async () => {
    const applied = pulumi("up", "--suppress-outputs");
    // Velero makes the Secret with a well-known password as soon as it starts, so it starts after the Secret is there.
    const created = kubectl("-n", velero, "wait", "--for=create", "secret/velero-repo-credentials", "--timeout=180s");
    await Promise.race([created, applied]);
    await server.start();
    await applied;
    const made = await get<{ data: Record<string, string> }>("secret", "velero-repo-credentials", velero);
    assert.equal(Buffer.from(made!.data["repository-password"]!, "base64").toString(), password);
    const phases = 'jsonpath={range .items[*]}{.metadata.name} {.status.phase}{"\\n"}{end}';
    assert.equal(
      await kubectl("-n", velero, "get", "backupstoragelocations", "-o", phases),
      "shop-offsite Available\nshop-primary Available\n",
    );
    assert.ok(!(await project.pulumi("stack", "export", "--stack", "velero")).includes(password));
  });

  it("makes a Completed backup by the clock, in every store, and changes nothing that the engine would see", async () => {
    for (const store of ["primary", "offsite"]) {
      const name = `shop-hourly-${store}`;
      await kubectl(
        "-n",
        velero,
        "wait",
        `schedule.velero.io/${name}`,
        "--for=jsonpath={.status.lastBackup}",
        "--timeout=180s",
      );
      const [backup] = await backupsOf(name);
      await kubectl("-n", velero, "wait", backup!, "--for=jsonpath={.status.phase}=Completed", "--timeout=120s");
    }
    assert.deepEqual((await schedule("shop-daily-primary")).spec.template.ttl, "168h0m0s");
    assert.equal((await schedule("shop-daily-primary")).spec.schedule, "CRON_TZ=Etc/UTC 0 0 * * *");
    assert.equal((await schedule("shop-daily-primary")).status.phase, "Enabled");
    await pulumi("up", "--expect-no-changes");
    await pulumi("refresh", "--expect-no-changes");
  });

  it("keeps values of Secrets out of the bucket", () => {
    const data = join(s3.data, "primary/velero/development/shop");
    const archives = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((file) =>
      /backups\/shop-hourly-primary-\d+\/shop-hourly-primary-\d+\.tar\.gz$/.test(file),
    );
    assert.ok(archives.length > 0);
    for (const archive of archives) {
      const text = gunzipSync(readFileSync(join(data, archive))).toString("latin1");
      assert.ok(text.includes("3.20"), "the ConfigMap is in it");
      for (const value of ["the shop's own password", Buffer.from("the shop's own password").toString("base64")])
        assert.ok(!text.includes(value));
    }
  });

  it("restores into another namespace", async () => {
    const [backup] = await backupsOf("shop-hourly-offsite");
    await apply({
      apiVersion,
      kind: "Restore",
      metadata: { name: "copy", namespace: velero },
      spec: { backupName: backup!.split("/").at(-1), namespaceMapping: { [shop]: copy } },
    });
    await kubectl(
      "-n",
      velero,
      "wait",
      "restores.velero.io/copy",
      "--for=jsonpath={.status.phase}=Completed",
      "--timeout=120s",
    );
    const prices = await get<{ data: Record<string, string> }>("configmap", "prices", copy);
    assert.deepEqual(prices!.data, { tea: "3.20" });
    assert.ok(await get("deployment", "till", copy));
    assert.equal(await get("secret", "shop-secret", copy), undefined);
  });

  it("changes a retention in place, and leaves nothing but the backups after destroy", async () => {
    await project.pulumi("config", "set", "--stack", "velero", "days", "9");
    const steps = (await project.steps("velero")).filter(({ op }) => op !== "same");
    assert.deepEqual(
      steps.map(({ op, urn, detailedDiff }) => [op, urn.split("::").at(-1), Object.keys(detailedDiff ?? {})]).sort(),
      [
        ["update", "cluster-shop-daily-offsite", ["spec.template.ttl"]],
        ["update", "cluster-shop-daily-primary", ["spec.template.ttl"]],
      ],
    );
    await pulumi("up", "--suppress-outputs");
    assert.deepEqual((await schedule("shop-daily-primary")).spec.template.ttl, "216h0m0s");
    await pulumi("destroy");
    const kinds = "schedules.velero.io,backupstoragelocations.velero.io,configmaps,secrets";
    const label = "app.kubernetes.io/managed-by=pulumi-backup-tiers";
    assert.equal(await kubectl("-n", velero, "get", kinds, "-l", label, "-o", "name"), "");
    assert.ok(readdirSync(join(s3.data, "primary/velero/development/shop/backups")).length > 0);
  });
});

/** Names of a schedule's backups, oldest first, as kubectl takes them. */
async function backupsOf(name: string): Promise<string[]> {
  const selector = ["-l", `velero.io/schedule-name=${name}`, "--sort-by=.metadata.creationTimestamp"];
  return (await kubectl("-n", velero, "get", "backups.velero.io", ...selector, "-o", "name")).trim().split("\n");
}

function secret(name: string, namespace: string, stringData: Record<string, string>): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData };
}

function deployment(): object {
  const labels = { app: "till" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "till", namespace: shop },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "till", image: "docker.io/library/redis:7" }] } },
    },
  };
}
