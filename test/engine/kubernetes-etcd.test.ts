// The etcd of a kubeadm cluster and of a Talos cluster, backed up by real pods on a real cluster, put there by the real
// engine, and restored by the stock programs. Does not prove Talos' own API nor its Secret: a stand-in for talosctl, which
// checks how it is called, gives a real snapshot. Nor that kubeadm's own folders are as the defaults say.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../agent/support/postgres-server.js";
import { needPrograms } from "../support/programs.js";
import { BackupNamespace } from "./support/backup-namespace.js";
import { apply, get, kubectl, runNow } from "./support/cluster.js";
import { EtcdMember } from "./support/etcd-member.js";
import { loadImage } from "./support/image.js";
import { Project } from "./support/project.js";
import { withServer } from "./support/throw-away.js";

const run = promisify(execFile);
const programs = ["kubectl", "pulumi", "age", "minisign", "zstd", "openssl", "tar", "etcd", "etcdctl", "etcdutl"];
const host = process.env["CLUSTER_HOST"] ?? "127.0.0.1";

const up = (project: Project, ...more: string[]) =>
  project.pulumi("up", "--stack", "etcd", "--yes", "--skip-preview", "--suppress-outputs", ...more);

async function configure(project: Project, place: BackupNamespace, settings: Record<string, string>): Promise<void> {
  await project.pulumi("stack", "init", "etcd");
  const set = (...args: string[]) => project.pulumi("config", "set", "--stack", "etcd", ...args);
  await set("namespace", place.namespace);
  for (const [key, value] of Object.entries(settings)) await set(key, value);
  for (const [index, recipient] of place.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
}

async function backUp(place: BackupNamespace, cronJob: string): Promise<void> {
  const ended = await runNow(cronJob, `by-hand-${cronJob}`, place.namespace);
  assert.deepEqual([ended.succeeded, ended.exitCode, ended.result["status"]], [true, 0, "done"], ended.log);
}

/** Uses an etcd that listens on a socket of a folder only; its data are in the folder `data`. */
function withEtcd<Result>(
  folder: string,
  use: (etcdctl: (...args: string[]) => Promise<string>) => Promise<Result>,
): Promise<Result> {
  const listen = ["--listen-client-urls=unix://client:0", "--advertise-client-urls=unix://client:0"];
  const args = ["--data-dir=data", ...listen, "--listen-peer-urls=unix://peer:0"];
  return withServer("etcd", args, folder, /ready to serve client requests/, () =>
    use(async (...words) => (await run("etcdctl", [`--endpoints=unix://${folder}/client:0`, ...words])).stdout),
  );
}

/** The value of a key in an etcd that was restored from a snapshot. */
async function restored(snapshot: string, key: string): Promise<string> {
  const folder = join(dirname(snapshot), "restored");
  mkdirSync(folder);
  await run("etcdutl", ["snapshot", "restore", snapshot, "--data-dir", join(folder, "data")]);
  return withEtcd(folder, (etcdctl) => etcdctl("get", "--print-value-only", key));
}

describe("the etcd of kubeadm", function () {
  const place = new BackupNamespace("kubernetes-etcd", "privileged");
  let member: EtcdMember;
  let project: Project;

  before(async function () {
    needPrograms(this, ...programs);
    project = new Project("test/engine/programs/etcd");
    await place.start();
    const port = await freePort();
    member = new EtcdMember(place.namespace, place.folder, host, port);
    await member.start();
    for (let key = 0; key < 20; key++)
      await member.etcdctl("put", `/registry/pods/${String(key)}`, `pod ${String(key)}`);
    await configure(project, place, { folder: member.kubernetes, port: String(port) });
  });
  after(async () => {
    await place.stop();
    project.remove();
  });

  it("is put on the cluster; a second up and a refresh change nothing", async () => {
    await up(project);
    await up(project, "--expect-no-changes");
    await project.pulumi("refresh", "--stack", "etcd", "--yes", "--skip-preview", "--expect-no-changes");
  });

  for (const [cronJob, network] of [
    ["etcd", "its own"],
    ["loopback", "the node's"],
  ] as const)
    it(`gives every key back, taken on ${network} network with the node's client certificate`, async () => {
      await backUp(place, cronJob);
      const snapshot = await place.plain(`/${cronJob}/`, "db");
      assert.equal(await restored(snapshot, "/registry/pods/17"), "pod 17\n");
    });

  it("passes a drill, as no root and on no control plane", async () => {
    const ended = await runNow("etcd-drill", "by-hand-drill", place.namespace);
    assert.deepEqual([ended.succeeded, ended.exitCode], [true, 0], ended.log);
    assert.deepEqual(ended.result["rowCounts"], { expected: { keys: 20 }, found: { keys: 20 } });
  });

  it("gives the authority's keys and the configuration back, without kubeadm's copies of etcd", async () => {
    await backUp(place, "etcd-pki");
    const archive = await place.plain("/etcd-pki/", "tar");
    const target = join(dirname(archive), "restored");
    mkdirSync(target);
    await run("tar", ["--extract", "--file", archive, "--directory", target]);
    const differences = await run("diff", ["-r", "--exclude=tmp", member.kubernetes, target]);
    assert.equal(differences.stdout, "");
    const names = (await run("tar", ["--list", "--file", archive])).stdout;
    assert.match(names, /pki\/etcd\/ca\.key/);
    assert.doesNotMatch(names, /tmp/);
  });

  it("passes a drill of the authority's keys, as no root and on no control plane", async () => {
    const ended = await runNow("etcd-pki-drill", "by-hand-pki-drill", place.namespace);
    assert.deepEqual([ended.succeeded, ended.exitCode], [true, 0], ended.log);
    const { expected, found } = ended.result["rowCounts"] as Record<string, Record<string, number>>;
    assert.deepEqual(found, expected);
    assert.ok(expected!["files"]! > 3);
  });

  it("says on its pods why restricted does not admit them", async () => {
    const pods = JSON.parse(
      await kubectl("-n", place.namespace, "get", "pods", "-l", "purpose=backup", "-o", "json"),
    ) as { items: { metadata: { annotations: Record<string, string> } }[] };
    assert.equal(pods.items.length, 3);
    for (const { metadata } of pods.items)
      assert.match(metadata.annotations["backup-tiers/pod-security"]!, /^privileged: root reads the .*key/);
  });

  it("leaves nothing after destroy", async () => {
    await project.pulumi("destroy", "--stack", "etcd", "--yes", "--skip-preview");
    const kinds = "cronjobs,configmaps,serviceaccounts,networkpolicies,persistentvolumeclaims";
    const label = "app.kubernetes.io/managed-by=pulumi-backup-tiers";
    assert.equal(await kubectl("-n", place.namespace, "get", kinds, "-l", label, "-o", "name"), "");
  });
});

/** Refuses every call but the one for a snapshot of the second node, for which it has one in its configuration's folder. */
const talosctl = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int n, char **a) {
  if (n != 6 || strcmp(a[1], "-n") || strcmp(a[3], "etcd") || strcmp(a[4], "snapshot")) return 64;
  if (strcmp(getenv("TALOSCONFIG"), "/var/run/secrets/talos.dev/config") || !fopen(getenv("TALOSCONFIG"), "r")) return 65;
  if (!strcmp(a[2], "192.0.2.1")) { fputs("no answer\\n", stderr); return 1; }
  FILE *in = fopen("/var/run/secrets/talos.dev/snapshot", "r"), *out = fopen(a[5], "w");
  if (!in || !out) return 66;
  char block[4096];
  for (size_t size; (size = fread(block, 1, sizeof block, in)) > 0;) if (fwrite(block, 1, size, out) != size) return 67;
  return fclose(out) ? 68 : 0;
}
`;

const serviceAccounts = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "serviceaccounts.talos.dev" },
  spec: {
    group: "talos.dev",
    scope: "Namespaced",
    names: { kind: "ServiceAccount", plural: "serviceaccounts", singular: "serviceaccount" },
    versions: [
      {
        name: "v1alpha1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", properties: { roles: { type: "array", items: { type: "string" } } } },
            },
          },
        },
      },
    ],
  },
};

describe("the etcd of Talos", function () {
  const place = new BackupNamespace("kubernetes-talos");
  const image = "example.com/talosctl:stand-in";
  let project: Project;

  before(async function () {
    needPrograms(this, ...programs, "gcc", "ctr");
    project = new Project("test/engine/programs/etcd");
    await place.start();
    const root = place.folderFor("image");
    writeFileSync(join(place.folder, "talosctl.c"), talosctl);
    await run("gcc", ["-static", "-Os", "-o", join(root, "talosctl"), join(place.folder, "talosctl.c")]);
    await loadImage(image, root, place.folderFor("layers"));
    await configure(project, place, { talosctlImage: image });
  });
  after(async () => {
    await kubectl("delete", "crd", serviceAccounts.metadata.name, "--ignore-not-found");
    await place.stop();
    project.remove();
  });

  /** What Talos does when it sees the ServiceAccount. */
  async function answerAsTalos(): Promise<void> {
    const folder = place.folderFor("member");
    await withEtcd(folder, async (etcdctl) => {
      await etcdctl("put", "/registry/pods/1", "pod 1");
      await etcdctl("snapshot", "save", join(folder, "snapshot"));
    });
    writeFileSync(join(folder, "config"), "context: default\n");
    await place.secret(
      "talos",
      `--from-file=config=${join(folder, "config")}`,
      `--from-file=${join(folder, "snapshot")}`,
    );
  }

  it("fails with the name of what is missing on a cluster without Talos' resources, and heals by another up", async () => {
    await assert.rejects(up(project), /talos\.dev\/v1alpha1/);
    await apply(serviceAccounts);
    await kubectl("wait", "crd", serviceAccounts.metadata.name, "--for=condition=Established", "--timeout=60s");
    await up(project);
    await up(project, "--expect-no-changes");
    await project.pulumi("refresh", "--stack", "etcd", "--yes", "--skip-preview", "--expect-no-changes");
    const account = await get<{ spec: unknown }>("serviceaccounts.talos.dev", "talos", place.namespace);
    assert.deepEqual(account!.spec, { roles: ["os:etcd:backup"] });
  });

  it("is taken from the second node when the first gives none, in a pod that restricted admits", async () => {
    await answerAsTalos();
    await backUp(place, "talos");
    assert.equal(await restored(await place.plain("/talos/", "db"), "/registry/pods/1"), "pod 1\n");
    const pods = await kubectl("-n", place.namespace, "get", "pods", "-l", "purpose=backup", "-o", "name");
    const log = await kubectl("-n", place.namespace, "logs", pods.trim(), "-c", "take-snapshot");
    assert.match(log, /192\.0\.2\.1 gave no snapshot/);
    assert.ok(!log.includes(readFileSync(place.key("identity.txt"), "utf8")));
  });

  it("leaves nothing after destroy", async () => {
    await project.pulumi("destroy", "--stack", "etcd", "--yes", "--skip-preview");
    assert.equal(await get("serviceaccounts.talos.dev", "talos", place.namespace), undefined);
  });
});
