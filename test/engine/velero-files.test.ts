// Files of a running pod's volume by a Schedule of ours, Velero's own server and node agent and a real S3 server: in the
// bucket encrypted with our password and no other, and restored into another namespace byte for byte. Does not prove the
// data mover of CSI snapshots (the cluster has no CSI driver), nor Velero's chart: server and agent are put there by hand.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createDecipheriv, hkdfSync, scryptSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { S3Server } from "../agent/support/s3-server.js";
import { keys } from "../support/keys.js";
import { needPrograms } from "../support/programs.js";
import { apply, get, kubectl } from "./support/cluster.js";
import { Project } from "./support/project.js";
import { VeleroNodeAgent } from "./support/velero-node-agent.js";
import { VeleroServer } from "./support/velero-server.js";

const run = promisify(execFile);
const velero = "velero-files-server";
const shop = "velero-files-shop";
const copy = "velero-files-copy";
const password = "a repository password of its own";
/** What Velero's repositories are encrypted with where nobody gives a password. */
const wellKnown = "static-passw0rd";
const words = "words that must not be read in the bucket";

describe("files of volumes by kubernetes.VeleroSchedules on a cluster", function () {
  const s3 = new S3Server(process.env["CLUSTER_HOST"] ?? "127.0.0.1", ["primary", "offsite"]);
  const server = new VeleroServer(velero, VeleroNodeAgent.image);
  const agent = new VeleroNodeAgent(velero);
  const namespaces: string[] = [];
  let project: Project | undefined;
  let sums: string;

  before(async function () {
    needPrograms(this, "kubectl", "pulumi", "versitygw", "velero", "velero-restore-helper", "ctr");
    project = new Project("test/engine/programs/velero-schedules");
    await s3.start();
    namespaces.push(velero, shop, copy);
    const { accessKeyId, secretAccessKey } = s3.credentials;
    const cloud = `[default]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`;
    const metadata = { name: "velero-s3", namespace: velero };
    await apply(
      ...[velero, shop].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
      { apiVersion: "v1", kind: "Secret", metadata, stringData: { cloud } },
      till(),
    );
    await agent.start();
    await kubectl("-n", shop, "wait", "pod/till", "--for=condition=Ready", "--timeout=120s");
    await inPod(
      shop,
      `head -c 3000000 /dev/urandom > /data/noise; mkdir '/data/a folder'; printf '${words}' > '/data/a folder/ledger'; chmod 640 '/data/a folder/ledger'; : > /data/empty`,
    );
    sums = await content(shop);
    assert.equal(sums.split("\n").length, 3);
    await project.pulumi("stack", "init", "velero");
    const set = (...args: string[]) => project!.pulumi("config", "set", "--stack", "velero", ...args);
    await set("endpoint", s3.endpoint);
    await set("namespace", shop);
    await set("veleroNamespace", velero);
    await set("skippedVolumes", "nfs");
    // Half an hour away: the test starts its backup itself.
    await set("cron", `${(new Date().getMinutes() + 30) % 60} * * * *`);
    await set("--secret", "repositoryPassword", password);
    for (const [index, recipient] of keys.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
    const applied = project.pulumi("up", "--stack", "velero", "--yes", "--skip-preview", "--suppress-outputs");
    // As in a cluster where the Secret is there before Velero, which else makes one with the well-known password.
    const created = kubectl("-n", velero, "wait", "--for=create", "secret/velero-repo-credentials", "--timeout=180s");
    await Promise.race([created, applied]);
    await server.start();
    await applied;
  });
  after(async () => {
    // Only Velero takes its finalizer off a Restore, and a namespace waits for that.
    if (namespaces.length > 0) await kubectl("-n", velero, "delete", "restores.velero.io", "--all", "--timeout=60s");
    await server.stop();
    await s3.stop();
    for (const name of namespaces) await kubectl("delete", "namespace", name, "--ignore-not-found", "--timeout=120s");
    if (namespaces.length > 0) await agent.stop();
    project?.remove();
  });

  it("backs the volume up by the schedule, with every byte of its files", async () => {
    const create = ["backup", "create", "now", "--from-schedule", "shop-hourly-primary", "--wait"];
    await run("velero", ["--namespace", velero, ...create]);
    const backup = await get<{ status: { phase: string; errors?: number } }>("backups.velero.io", "now", velero);
    assert.deepEqual([backup?.status.phase, backup?.status.errors], ["Completed", undefined]);
    const { items } = JSON.parse(await kubectl("-n", velero, "get", "podvolumebackups", "-o", "json")) as {
      items: { spec: { volume: string }; status: { phase: string; progress: { bytesDone: number } } }[];
    };
    const done = items.map(({ spec, status }) => [spec.volume, status.phase, status.progress.bytesDone]);
    assert.deepEqual(done, [["data", "Completed", 3_000_000 + words.length]]);
  });

  it("encrypts it with the password that it was given, not with the one that is the same everywhere", () => {
    const folder = join(s3.data, "primary/velero/development/shop/kopia", shop);
    const format = JSON.parse(readFileSync(join(folder, "kopia.repository"), "utf8")) as RepositoryFormat;
    assert.ok(opened(format, password).includes("format"));
    assert.throws(() => opened(format, wellKnown), /unable to authenticate/);
    for (const file of readdirSync(folder)) assert.ok(!readFileSync(join(folder, file)).includes(words), file);
  });

  it("restores it into another namespace, byte for byte", async () => {
    await apply({
      apiVersion: "velero.io/v1",
      kind: "Restore",
      metadata: { name: "copy", namespace: velero },
      spec: { backupName: "now", namespaceMapping: { [shop]: copy } },
    });
    const restored = ["restores.velero.io/copy", "--for=jsonpath={.status.phase}=Completed", "--timeout=180s"];
    await kubectl("-n", velero, "wait", ...restored);
    await kubectl("-n", copy, "wait", "pod/till", "--for=condition=Ready", "--timeout=60s");
    assert.equal(await content(copy), sums);
  });
});

/** What kopia says of a repository in clear, and the secret rest of it. */
interface RepositoryFormat {
  readonly uniqueID: string;
  readonly keyAlgo: string;
  readonly encryption: string;
  readonly encryptedBlockFormat: string;
}

/** The secret part of a repository's format; throws where the password is another. */
function opened({ uniqueID, keyAlgo, encryption, encryptedBlockFormat }: RepositoryFormat, given: string): string {
  assert.deepEqual([keyAlgo, encryption], ["scrypt-65536-8-1", "AES256_GCM"]);
  const salt = Buffer.from(uniqueID, "base64");
  const sealed = Buffer.from(encryptedBlockFormat, "base64");
  const master = scryptSync(given, salt, 32, { N: 65_536, r: 8, p: 1, maxmem: 2 ** 27 });
  const derived = (purpose: string) => Buffer.from(hkdfSync("sha256", master, salt, purpose, 32));
  const decipher = createDecipheriv("aes-256-gcm", derived("AES"), sealed.subarray(0, 12));
  decipher.setAAD(derived("CHECKSUM"));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString();
}

function inPod(namespace: string, script: string): Promise<string> {
  return kubectl("-n", namespace, "exec", "till", "-c", "till", "--", "sh", "-euc", script);
}

/** Checksum, mode and name of every file of the volume that is not Velero's own mark. */
async function content(namespace: string): Promise<string> {
  const each = 'sha256sum "$1"; stat -c %a "$1"';
  const list = `cd /data; find . -type f ! -path './.velero/*' | sort | while read -r name; do set -- "$name"; echo $(${each}); done`;
  return (await inPod(namespace, list)).trim();
}

/** It makes no data itself: what a copy of it has came by the restore. */
function till(): object {
  const container = {
    name: "till",
    image: "docker.io/library/redis:7",
    imagePullPolicy: "IfNotPresent",
    command: ["sleep", "infinity"],
    volumeMounts: [{ name: "data", mountPath: "/data" }],
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "till", namespace: shop },
    spec: { terminationGracePeriodSeconds: 0, containers: [container], volumes: [{ name: "data", emptyDir: {} }] },
  };
}
