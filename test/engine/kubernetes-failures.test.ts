// What goes wrong around a declaration that is right: the API server is away, the namespace is missing, another
// stack has the names, a volume is of the wrong mode. Each is told clearly, and nothing stays half made: the next `up`
// completes it. Does not prove the answers of other providers' versions; kubernetes-etcd.test.ts has a kind that is missing.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { needPrograms } from "../support/programs.js";
import { BackupNamespace } from "./support/backup-namespace.js";
import { apply, kubectl } from "./support/cluster.js";
import { Project } from "./support/project.js";
import { withServer } from "./support/throw-away.js";

const label = "app.kubernetes.io/managed-by=pulumi-backup-tiers";
const kinds = "cronjobs,configmaps,serviceaccounts,networkpolicies,persistentvolumeclaims";

describe("what goes wrong around a declaration", function () {
  const place = new BackupNamespace("kubernetes-failures");
  const { namespace } = place;
  const projects: Project[] = [];

  before(async function () {
    needPrograms(this, "kubectl", "pulumi", "age-keygen", "minisign");
    await place.start();
  });
  after(async () => {
    for (const project of projects) project.remove();
    await kubectl("delete", "namespace", `${namespace}-later`, "--ignore-not-found", "--timeout=120s");
    await place.stop();
  });

  async function stack(settings: Readonly<Record<string, string>>, environment: Record<string, string> = {}) {
    const project = new Project("test/engine/programs/failures", environment);
    projects.push(project);
    await project.pulumi("stack", "init", "failures");
    const set = (...args: string[]) => project.pulumi("config", "set", "--stack", "failures", ...args);
    for (const [name, value] of Object.entries({ namespace, ...settings })) await set(name, value);
    for (const [index, recipient] of place.recipients.entries()) await set("--path", `recipients[${index}]`, recipient);
    const call = (command: string, ...more: string[]) =>
      project.pulumi(command, "--stack", "failures", "--yes", "--skip-preview", "--suppress-outputs", ...more);
    return { project, up: (...more: string[]) => call("up", ...more), destroy: () => call("destroy") };
  }

  /** What the engine's state has of the cluster. */
  async function kept(project: Project): Promise<string[]> {
    const { deployment } = JSON.parse(await project.pulumi("stack", "export", "--stack", "failures")) as {
      deployment: { resources?: { type: string; id?: string }[] };
    };
    return (deployment.resources ?? []).filter(({ type }) => type.startsWith("kubernetes:")).map(({ type }) => type);
  }

  const made = (from = namespace) => kubectl("-n", from, "get", kinds, "-l", label, "-o", "name");

  it("an API server that is away: nothing is made, and the next up does it all", async () => {
    const config = join(place.folder, "kubeconfig");
    const text = await kubectl("config", "view", "--raw", "--minify", "-o", "json");
    const view = JSON.parse(text) as { clusters: { cluster: { server: string } }[] };
    const server = view.clusters[0]!.cluster.server;
    view.clusters[0]!.cluster.server = "https://127.0.0.1:1";
    writeFileSync(config, JSON.stringify(view));
    const { project, up, destroy } = await stack({}, { KUBECONFIG: config });
    await assert.rejects(up(), /cluster is unreachable[^]*connection refused/);
    assert.deepEqual(await kept(project), []);
    assert.equal(await made(), "");
    view.clusters[0]!.cluster.server = server;
    writeFileSync(config, JSON.stringify(view));
    await up();
    await up("--expect-no-changes");
    await destroy();
    assert.equal(await made(), "");
  });

  it("a namespace that is missing: the API server says so, and the next up completes it", async () => {
    const later = `${namespace}-later`;
    const { up, destroy } = await stack({ namespace: later });
    await assert.rejects(up(), new RegExp(`namespaces "${later}" not found`));
    await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: later } });
    await up();
    await up("--expect-no-changes");
    await destroy();
    assert.equal(await made(later), "");
  });

  it("names that another stack has: they stay its own", async () => {
    const [first, second] = [await stack({}), await stack({ claim: "other" })];
    await first.up();
    // The provider refuses what exists since 4.29; before, what differs from what another stack has declared.
    await assert.rejects(second.up(), /already exists|Server-Side Apply field conflict/);
    await first.up("--expect-no-changes");
    const refresh = ["refresh", "--stack", "failures", "--yes", "--skip-preview", "--expect-no-changes"];
    await first.project.pulumi(...refresh);
    await first.destroy();
  });

  it("a volume of blocks: the pod waits, and says for what", async () => {
    const block = `${namespace}-block`;
    const volume = place.persistentVolume(block, place.volume) as { spec: object };
    const claim = {
      accessModes: ["ReadWriteOnce"],
      storageClassName: block,
      volumeMode: "Block",
      resources: { requests: { storage: "1Gi" } },
    };
    // A volume is given to one claim only, and those before have had the other.
    const near = `${namespace}-near`;
    await apply(
      place.persistentVolume(near, place.folderFor("near")),
      { ...volume, spec: { ...volume.spec, volumeMode: "Block" } },
      { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "blocks", namespace }, spec: claim },
    );
    const { up, destroy } = await stack({ claim: "blocks", storageClass: near });
    await up();
    await kubectl("-n", namespace, "create", "job", "--from=cronjob/uploads", "blocks");
    const events = ["-n", namespace, "get", "events", "--watch", "-o", "custom-columns=:.message"];
    await withServer(
      "kubectl",
      events,
      place.folder,
      /volume data has volumeMode Block, but is specified in volumeMounts/,
      () => Promise.resolve(),
    );
    await kubectl("-n", namespace, "delete", "job/blocks");
    await destroy();
  });
});
