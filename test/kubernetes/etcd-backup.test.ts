// EtcdBackup: what it registers for kubeadm and for Talos. Does not prove that a snapshot is taken: test/engine does.
import assert from "node:assert/strict";
import { BackupStrategy } from "../../components/index.js";
import {
  EtcdBackup,
  type EtcdBackupArgs,
  FolderStore,
  kubeadmEtcd,
  talosEtcd,
} from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { record } from "../support/recorder.js";
import { restrictedViolations } from "../support/restricted.js";
import { configOf, configTextOf, cronJobOf, egressOf, podOf } from "./support/cron-job.js";

const declare = (args: Partial<EtcdBackupArgs>) =>
  record(() => {
    const store = new FolderStore("near", { environment: "development", size: "1Gi" });
    new EtcdBackup("etcd", { environment: "development", stores: [store], keys, ...args });
  });

describe("kubernetes.EtcdBackup for kubeadm", () => {
  it("asks the member of its own node, with the node's certificates, and nothing else of the node", async () => {
    const all = await declare({ kubeadm: {} });
    const pod = podOf(cronJobOf(all, "etcd"));
    assert.deepEqual(configOf(pod).source, {
      kind: "etcd",
      endpoint: "https://$(NODE_ADDRESS):2379",
      caFile: "/certificates/ca.crt",
      certFile: "/certificates/healthcheck-client.crt",
      keyFile: "/certificates/healthcheck-client.key",
    });
    const [reference] = pod.containers[0]!.env!;
    assert.deepEqual(reference, { name: "NODE_ADDRESS", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } });
    assert.ok(configTextOf(pod).includes("https://$(NODE_ADDRESS):2379"), "the kubelet must replace it");
    assert.deepEqual(
      pod.volumes.flatMap(({ hostPath }) => hostPath ?? []),
      [{ path: "/etc/kubernetes/pki/etcd", type: "Directory" }],
    );
    assert.deepEqual(
      pod.containers[0]!.volumeMounts.find(({ name }) => name === "certificates"),
      { name: "certificates", mountPath: "/certificates", readOnly: true },
    );
    assert.deepEqual(restrictedViolations(pod), ["runAsNonRoot", "volume certificates"]);
    assert.deepEqual([pod.securityContext.runAsUser, pod.hostNetwork], [0, undefined]);
    assert.deepEqual(pod.nodeSelector, { "node-role.kubernetes.io/control-plane": "" });
    assert.deepEqual(pod.tolerations, [
      { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" },
    ]);
    assert.deepEqual(egressOf(all, "etcd"), [2379]);
  });

  it("finds Services by name on the node's network too", async () => {
    const pod = podOf(cronJobOf(await declare({ kubeadm: { hostNetwork: true } }), "etcd"));
    assert.deepEqual([pod.hostNetwork, pod.dnsPolicy], [true, "ClusterFirstWithHostNet"]);
    assert.match(configTextOf(pod), /https:\/\/127\.0\.0\.1:2379/);
  });

  it("backs the configuration up beside it, in Node.js' image whatever the tools are, unless told not to", async () => {
    const all = await declare({ kubeadm: {}, images: { tools: "example.com/etcd" } });
    const pod = podOf(cronJobOf(all, "etcd-pki"));
    assert.deepEqual(
      [configOf(pod).asset, configOf(pod).source],
      ["etcd-pki", { kind: "files", path: "/data", exclude: ["./tmp"] }],
    );
    assert.equal(pod.containers[0]!.image, "docker.io/library/node:22-bookworm-slim");
    assert.equal(all.filter(({ type }) => type.endsWith(":AgentBundle")).length, 1);
    const without = await declare({ kubeadm: { configurationFolder: "none" } });
    assert.equal(without.filter(({ type }) => type.endsWith(":CronJob")).length, 1);
  });
});

describe("kubernetes.EtcdBackup for Talos", () => {
  const talos = { endpoints: ["10.0.0.2", "10.0.0.3"] };

  it("has the one role for backups, in a pod that restricted admits", async () => {
    const all = await declare({ talos, jobName: "etcd-of-talos" });
    const account = all.find(({ type }) => type === "kubernetes:talos.dev/v1alpha1:ServiceAccount")!;
    assert.deepEqual(account.inputs["spec"], { roles: ["os:etcd:backup"] });
    assert.equal((account.inputs["metadata"] as { name: string }).name, "etcd-of-talos");
    const pod = podOf(cronJobOf(all));
    assert.deepEqual(restrictedViolations(pod), []);
    assert.equal(pod.automountServiceAccountToken, false);
    assert.ok(
      pod.volumes.some(({ secret }) => (secret as { secretName?: string } | undefined)?.secretName === "etcd-of-talos"),
    );
    assert.ok(!pod.containers[0]!.volumeMounts.some(({ name }) => name === "talos"), "only talosctl needs it");
    assert.deepEqual(egressOf(all, "etcd"), [50_000]);
  });

  it("hands every node to talosctl's container, whose image can be pinned", async () => {
    const talosctlImage = `example.com/talosctl@sha256:${"1".repeat(64)}`;
    const pod = podOf(cronJobOf(await declare({ talos: { ...talos, talosctlImage } })));
    const snapshot = pod.initContainers.at(-1)!;
    assert.deepEqual([snapshot.name, snapshot.image], ["take-snapshot", talosctlImage]);
    assert.deepEqual(snapshot.command.slice(-2), talos.endpoints);
    assert.deepEqual(configOf(pod).source, { kind: "etcd", file: "/snapshot/etcd.db" });
  });
});

describe("kubernetes.EtcdBackup", () => {
  it("is two assets of a strategy, one for each kind of cluster", async () => {
    const all = await record(() => {
      const near = new FolderStore("near", { environment: "development", size: "1Gi" });
      const assets = { kubeadm: kubeadmEtcd(), talos: talosEtcd({ endpoints: ["10.0.0.2"] }) };
      new BackupStrategy("all", { environment: "development", stores: { near }, keys, assets });
    });
    assert.deepEqual(
      all
        .filter(({ type }) => type.endsWith(":CronJob"))
        .map(({ name }) => name)
        .sort(),
      ["all-kubeadm", "all-kubeadm-pki", "all-talos"],
    );
  });

  it("has a row of the plan, a check and a drill for the control plane's keys too", async () => {
    let strategy: BackupStrategy | undefined;
    const identitySecret = { name: "identity" };
    const declare = (assets: object, etcd = {}) =>
      record(() => {
        const near = new FolderStore("near", { environment: "development", size: "1Gi" });
        const restoreTests = [{ kind: "restore", every: "1 month" }] as const;
        const protection = { frequency: "1 day", restoreTests } as const;
        const images = { tools: "example.com/etcd" };
        const proofs = { check: {}, drill: { identitySecret, namespace: "drills" } };
        const asset = kubeadmEtcd({ protection, images, ...proofs, ...etcd });
        const shared = { environment: "development", stores: { near }, keys } as const;
        strategy = new BackupStrategy("all", { ...shared, assets: { etcd: asset, ...assets } });
      });
    const all = await declare({});
    assert.deepEqual(
      strategy!.plan.assets.map(({ name, mechanisms, schedule }) => [name, mechanisms, schedule]),
      [
        ["etcd", ["etcdctl snapshot"], strategy!.plan.assets[0]!.schedule],
        ["etcd-pki", ["tar"], strategy!.plan.assets[0]!.schedule],
      ],
    );
    assert.deepEqual(
      strategy!.coverage.assets.map(({ name }) => name),
      ["etcd", "etcd-pki"],
    );
    assert.deepEqual(
      all
        .filter(({ type }) => type.endsWith(":CronJob"))
        .map(({ name, inputs }) => [name, configOf(podOf(inputs["spec"] as never)).asset])
        .sort(),
      [
        ["all-etcd", "etcd"],
        ["all-etcd-check", "etcd"],
        ["all-etcd-pki", "etcd-pki"],
        ["all-etcd-pki-check", "etcd-pki"],
        ["all-etcd-pki-restore-drill", "etcd-pki"],
        ["all-etcd-restore-drill", "etcd"],
      ],
    );
    const pod = podOf(cronJobOf(all, "all-etcd-pki-restore-drill"));
    assert.deepEqual(restrictedViolations(pod), []);
    assert.deepEqual(
      [pod.containers[0]!.image, pod.securityContext.runAsUser, configOf(pod).source.kind],
      ["docker.io/library/node:22-bookworm-slim", 1000, "files"],
    );
    await assert.rejects(
      declare({ "etcd-pki": talosEtcd({ endpoints: ["10.0.0.2"] }) }),
      /assets\.etcd-pki must not be the name of what is backed up beside another asset/,
    );
    await declare({}, { configurationFolder: "none" });
    assert.deepEqual(
      strategy!.plan.assets.map(({ name }) => name),
      ["etcd"],
    );
  });

  it("tells both in the plan where it stands alone", async () => {
    let backup: EtcdBackup | undefined;
    await record(() => {
      const near = new FolderStore("near", { environment: "development", size: "1Gi" });
      backup = new EtcdBackup("etcd", { environment: "development", stores: [near], keys, kubeadm: {} });
    });
    assert.deepEqual(
      backup!.plan.assets.map(({ name }) => name),
      ["etcd", "etcd-pki"],
    );
  });

  const wrong: readonly (readonly [string, object, string])[] = [
    ["none", {}, "args must have either kubeadm or talos (one etcd), got nothing; give the one that your cluster has"],
    [
      "both",
      { kubeadm: {}, talos: { endpoints: ["10.0.0.2"] } },
      'args must have either kubeadm or talos (one etcd), got "both"; give the one that your cluster has',
    ],
    [
      "no endpoint",
      { talos: { endpoints: [] } },
      'talos.endpoints must be addresses of control-plane nodes, one or more (talosctl --nodes), got []; write ["10.0.0.2", "10.0.0.3"]',
    ],
    [
      "an endpoint that talosctl would take for an option",
      { talos: { endpoints: ["--insecure"] } },
      'talos.endpoints must be addresses of control-plane nodes, one or more (talosctl --nodes), got "--insecure"; write ["10.0.0.2", "10.0.0.3"]',
    ],
    [
      "plain http",
      { kubeadm: { endpoint: "http://10.0.0.2:2379" } },
      'kubeadm.endpoint must be the URL of one member (etcd), got "http://10.0.0.2:2379"; write https://10.0.0.2:2379',
    ],
    [
      "a relative folder",
      { kubeadm: { certificatesFolder: "pki" } },
      'kubeadm.certificatesFolder must be an absolute path (Kubernetes hostPath), got "pki"; begin it with /',
    ],
  ];
  for (const [what, args, message] of wrong)
    it(`fails for ${what}`, async () => {
      await assert.rejects(declare(args), (error: Error) => {
        assert.deepEqual(error.message.split("\n").slice(1), [`  ${message}`]);
        return true;
      });
    });
});
