// What the component registers, what it refuses, and its offline preview beside VeleroSchedules. Does not run the chart:
// no repository of charts is in reach of the tests. What it knows of a value is written down in `landing`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { Velero, type VeleroArgs } from "../../components/kubernetes/index.js";
import { problemsOf } from "../support/problems.js";
import { record, type Registration } from "../support/recorder.js";

const root = join(__dirname, "../..");
const identity = "arn:aws:iam::123456789012:role/velero";
const make = (args: Partial<VeleroArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new Velero("velero", { environment: "production", cloud: { provider: "aws", identity }, ...args }, opts);
const problems = (args: object) => problemsOf(() => make(args));
const children = (all: readonly Registration[]) => all.filter(({ type }) => type.startsWith("kubernetes:"));
const releaseOf = (all: readonly Registration[]) => all.find(({ type }) => type.endsWith(":Release"))!;
const values = async (args: Partial<VeleroArgs>) =>
  releaseOf(await record(() => make(args))).inputs["values"] as Record<string, unknown>;
const kopia = { volumes: "moved-snapshots", repositoryPassword: "existing", createNamespace: false } as const;

/**
 * Where the chart brings each value that the component sets, as read on 2026-11-21 in values.yaml of chart 12.0
 * (Velero 1.18.0), in values.schema.json of chart 12.3.0, and in its templates: 12.1.0 lies between them. Helm says
 * nothing about a value that no template reads, so that a path that is not in this table is one that does nothing.
 */
const landing: Readonly<Record<string, string>> = {
  "image.repository": "image of the server, of the node agent, of the CRDs' Job; of the pods that these make",
  "image.tag": "the same",
  "image.digest": "the same, before the tag",
  "image.imagePullSecrets": "pull secrets of the server, the node agent and the CRDs' Job, a list of names",
  "kubectl.image.repository": "image of the CRDs' Job",
  "kubectl.image.tag": "the same; without it the cluster's version",
  "kubectl.image.digest": "the same, before the tag",
  initContainers: "of the server",
  backupsEnabled: "the BackupStorageLocations of configuration, by default one without a bucket",
  snapshotsEnabled: "the VolumeSnapshotLocations of configuration, by default one without a provider",
  "configuration.features": "--features of the server and the node agent",
  "configuration.uploaderType": "--uploader-type of the server",
  "configuration.defaultVolumesToFsBackup": "--default-volumes-to-fs-backup of the server",
  "configuration.defaultSnapshotMoveData": "--default-snapshot-move-data of the server",
  "credentials.useSecret": "volume and variables of the server and the node agent",
  "credentials.existingSecret": "name of that Secret, which the chart then does not make",
  "serviceAccount.server.annotations": "of the service account velero-server",
  "serviceAccount.server.labels": "the same",
  podLabels: "of the server's pod only",
  deployNodeAgent: "the DaemonSet node-agent",
  "nodeAgent.disableHostPath": "leaves out the node agent's volumes host-pods and host-plugins",
  "nodeAgent.podVolumePath": "folder of the node behind host-pods",
  "nodeAgent.pluginVolumePath": "folder of the node behind host-plugins",
  "nodeAgent.podLabels": "of the node agent's pods only",
  "nodeAgent.resources": "of the node agent",
  "nodeAgent.nodeSelector": "of the node agent",
  "nodeAgent.tolerations": "of the node agent",
  "nodeAgent.priorityClassName": "of the node agent",
  resources: "of the server",
  nodeSelector: "of the server and the CRDs' Job",
  tolerations: "of the server and the CRDs' Job",
  priorityClassName: "of the server",
  "metrics.enabled": "port, probes and Service of the server",
  "metrics.serviceMonitor.enabled": "ServiceMonitor, where the cluster knows that kind",
  "metrics.nodeAgentPodMonitor.enabled": "PodMonitor of the node agent, where the cluster knows that kind",
  upgradeCRDs: "the Job that applies the CRDs before install, upgrade and rollback",
  cleanUpCRDs: "a Job that deletes the CRDs",
};
/** Values that are one thing to the chart, whatever lies in them. */
const whole =
  /^(initContainers|podLabels|resources|nodeSelector|tolerations|nodeAgent\.(podLabels|resources|nodeSelector|tolerations)|serviceAccount\.server\.(annotations|labels))$/;

function pathsOf(value: unknown, path = ""): string[] {
  if (whole.test(path) || typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, below]) => pathsOf(below, path === "" ? key : `${path}.${key}`));
}

describe("kubernetes.Velero", () => {
  it("registers a namespace and a pinned release that waits and is taken back whole, protected in production", async () => {
    const all = await record(() => make());
    assert.deepEqual(
      children(all).map(({ type, name, protect }) => [type.split(":").at(-1), name, protect]),
      [
        ["Namespace", "velero-namespace", true],
        ["Release", "velero", true],
      ],
    );
    const { inputs } = releaseOf(all);
    assert.deepEqual(inputs, {
      values: inputs["values"],
      name: "velero",
      namespace: "velero",
      chart: "velero",
      version: "12.1.0",
      repositoryOpts: { repo: "https://vmware-tanzu.github.io/helm-charts" },
      atomic: true,
      skipAwait: false,
      timeout: 600,
      compat: "true",
    });
  });

  it("leaves locations and schedules to their own objects, needs no keys, and keeps its CRDs", async () => {
    assert.deepEqual(await values({}), {
      image: {},
      kubectl: {},
      initContainers: [
        {
          name: "plugin",
          image: "docker.io/velero/velero-plugin-for-aws:v1.14.0",
          imagePullPolicy: "IfNotPresent",
          volumeMounts: [{ mountPath: "/target", name: "plugins" }],
        },
      ],
      backupsEnabled: false,
      snapshotsEnabled: false,
      configuration: {
        uploaderType: "kopia",
        defaultVolumesToFsBackup: false,
        defaultSnapshotMoveData: false,
      },
      credentials: { useSecret: false },
      serviceAccount: { server: { annotations: { "eks.amazonaws.com/role-arn": identity } } },
      deployNodeAgent: false,
      metrics: { enabled: true, serviceMonitor: { enabled: false }, nodeAgentPodMonitor: { enabled: false } },
      upgradeCRDs: true,
      cleanUpCRDs: false,
    });
  });

  it("is somebody on each cloud, or has a file of keys", async () => {
    const google = await values({ cloud: { provider: "gcp", identity: "velero@p.iam.gserviceaccount.com" } });
    assert.deepEqual(google["serviceAccount"], {
      server: { annotations: { "iam.gke.io/gcp-service-account": "velero@p.iam.gserviceaccount.com" } },
    });
    const azure = await values({ cloud: { provider: "azure", identity: "client" } });
    assert.deepEqual(
      [azure["serviceAccount"], azure["podLabels"]],
      [
        {
          server: {
            annotations: { "azure.workload.identity/client-id": "client" },
            labels: { "azure.workload.identity/use": "true" },
          },
        },
        { "azure.workload.identity/use": "true" },
      ],
    );
    const agent = await values({ ...kopia, cloud: { provider: "azure", identity: "client" } });
    assert.deepEqual(agent["nodeAgent"], {
      disableHostPath: true,
      podLabels: { "azure.workload.identity/use": "true" },
    });
    const file = await values({ cloud: { provider: "gcp", credentialsSecret: "velero-gcp" } });
    assert.deepEqual(file["credentials"], { useSecret: true, existingSecret: "velero-gcp" });
    assert.equal(file["serviceAccount"], undefined);
  });

  it("deploys the node agent only where volume data goes into the stores, in a namespace that is as closed as may be", async () => {
    const of = async (volumes: NonNullable<VeleroArgs["volumes"]>) => {
      const all = await record(() => make({ volumes, repositoryPassword: pulumi.secret("a password") }));
      const found = releaseOf(all).inputs["values"] as Record<string, Record<string, unknown>>;
      const { labels } = all.find(({ name }) => name === "velero-namespace")!.inputs["metadata"] as {
        labels: Record<string, string>;
      };
      const level = labels["pod-security.kubernetes.io/enforce"];
      const { features } = found["configuration"]!;
      return [volumes, found["deployNodeAgent"], found["nodeAgent"]?.["disableHostPath"], features, level];
    };
    assert.deepEqual(
      [await of("none"), await of("snapshots"), await of("moved-snapshots"), await of("files")],
      [
        ["none", false, undefined, undefined, undefined],
        ["snapshots", false, undefined, "EnableCSI", undefined],
        ["moved-snapshots", true, true, "EnableCSI", "baseline"],
        ["files", true, false, undefined, "privileged"],
      ],
    );
  });

  it("sets the repository password before Velero starts, and merges the user's values last", async () => {
    const all = await record(() =>
      make({
        volumes: "moved-snapshots",
        repositoryPassword: pulumi.secret("a password"),
        image: { digest: "sha256:1" },
        values: {
          configuration: { garbageCollectionFrequency: "2h" },
          nodeAgent: { podVolumePath: "/p" },
          schedules: 1,
        },
      }),
    );
    assert.ok(releaseOf(all).dependencies.some((urn) => urn.endsWith("velero-repository-password")));
    const found = releaseOf(all).inputs["values"] as Record<string, Record<string, unknown>>;
    assert.equal(found["configuration"]!["garbageCollectionFrequency"], "2h");
    assert.equal(found["configuration"]!["uploaderType"], "kopia");
    assert.deepEqual(found["nodeAgent"], { disableHostPath: true, podVolumePath: "/p" });
    assert.deepEqual([found["image"], found["schedules"]], [{ digest: "sha256:1" }, 1]);
  });

  it("sets only what the chart knows, with every argument given", async () => {
    const every = (volumes: "moved-snapshots" | "files", cloud: VeleroArgs["cloud"]) =>
      values({
        cloud,
        volumes,
        repositoryPassword: pulumi.secret("a password"),
        image: { repository: "r", tag: "t", digest: "d" },
        kubectlImage: { repository: "r", tag: "t", digest: "d" },
        imagePullSecrets: ["pull"],
        resources: { requests: { cpu: "1" } },
        nodeSelector: { disk: "ssd" },
        tolerations: [{ operator: "Exists" }],
        nodeAgentResources: { requests: { cpu: "2" } },
        nodeAgentNodeSelector: { data: "yes" },
        nodeAgentTolerations: [{ key: "data" }],
        priorityClassName: "high",
        serviceMonitor: true,
        ...(volumes === "files" ? { kubeletFolder: "/var/lib/k0s/kubelet" } : {}),
      });
    const files = await every("files", { provider: "azure", identity: "client" });
    assert.deepEqual(files["image"], { repository: "r", tag: "t", digest: "d", imagePullSecrets: ["pull"] });
    assert.deepEqual(files["nodeAgent"], {
      disableHostPath: false,
      podVolumePath: "/var/lib/k0s/kubelet/pods",
      pluginVolumePath: "/var/lib/k0s/kubelet/plugins",
      podLabels: { "azure.workload.identity/use": "true" },
      resources: { requests: { cpu: "2" } },
      nodeSelector: { data: "yes" },
      tolerations: [{ key: "data" }],
      priorityClassName: "high",
    });
    const moved = await every("moved-snapshots", { provider: "aws", credentialsSecret: "keys" });
    const set = new Set([...pathsOf(files), ...pathsOf(moved)]);
    assert.deepEqual([...set].sort(), Object.keys(landing).sort());
  });

  it("leaves a namespace that exists as it is", async () => {
    const all = await record(() => make(kopia));
    assert.deepEqual(
      children(all).map(({ name }) => name),
      ["velero"],
    );
    assert.equal(releaseOf(all).inputs["namespace"], "velero");
  });

  it("takes a chart from elsewhere, and passes an explicit provider to every child", async () => {
    for (const chart of ["oci://registry.example/velero", "https://example.com/velero-12.1.0.tgz", "./charts/velero"])
      assert.equal(releaseOf(await record(() => make({ chart }))).inputs["repositoryOpts"], undefined);
    const all = await record(() => {
      make({}, { provider: new Provider("other", {}) });
    });
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
  });

  it("is previewed offline with its schedules, which wait for it, and without its password", () => {
    const arguments_ = ["preview", join(root, "test/engine/programs/velero"), "--stack", "development", "--json"];
    const text = execFileSync(process.execPath, [join(root, "dist/cli/main.js"), ...arguments_], {
      maxBuffer: 64e6,
    }).toString();
    assert.ok(!text.includes("a password that no preview may show"));
    const { resources } = JSON.parse(text) as {
      resources: { type: string; name: string; options: { dependsOn: string[] } }[];
    };
    const names = resources
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ type, name }) => `${type.split(":").at(-1)!} ${name}`)
      .sort();
    assert.deepEqual(names, [
      "BackupStorageLocation shop-primary",
      "Namespace velero-namespace",
      "Release velero",
      "Schedule shop-daily-primary",
      "Secret velero-repository-password",
    ]);
  });

  describe("refuses", () => {
    const cloud = { provider: "aws" } as const;
    const cases: readonly [string, object, object, string][] = [
      [
        "volume data without a password of its own",
        { volumes: "files" },
        { volumes: "files", repositoryPassword: "existing", createNamespace: false },
        'repositoryPassword must be given where volume data goes into the stores (Velero\'s own is the same everywhere), got nothing; write config.requireSecret("..."), or "existing" where you made velero-repo-credentials yourself',
      ],
      [
        "a range of versions",
        { chartVersion: "^12.0.0" },
        { chartVersion: "12.0.0" },
        'chartVersion must be one exact version (a range installs another at every update), got "^12.0.0"; write for example "12.1.0"',
      ],
      [
        "an unknown cloud",
        { cloud: { provider: "asw" } },
        { cloud },
        'cloud.provider must be one of aws, gcp, azure, got "asw"; write aws',
      ],
      [
        "keys beside an identity",
        { cloud: { ...cloud, identity, credentialsSecret: "s" } },
        { cloud: { ...cloud, credentialsSecret: "s" } },
        'cloud.credentialsSecret must be left out beside an identity (Velero would use the file), got "both"; leave one out',
      ],
      [
        "nobody on Azure",
        { cloud: { provider: "azure" } },
        { cloud: { provider: "azure", identity: "client" } },
        "cloud.identity must be given for azure, or else credentialsSecret, got nothing; write the client id",
      ],
      [
        "a repository for a chart with its own address",
        { chart: "oci://registry.example/velero", repository: "https://charts.example" },
        { chart: "velero", repository: "https://charts.example" },
        'repository must be left out for a chart with its own address (Helm), got "https://charts.example"; remove it',
      ],
      [
        "a password that cannot be there before Velero",
        { ...kopia, createNamespace: true },
        kopia,
        'createNamespace must be false beside repositoryPassword: "existing" (Velero makes a password that is the same everywhere when it starts in a new namespace), got true; make the namespace and velero-repo-credentials before Velero, or give the password',
      ],
      [
        "settings of a node agent that is not deployed",
        { nodeAgentTolerations: [{ operator: "Exists" }] },
        { ...kopia, nodeAgentTolerations: [{ operator: "Exists" }] },
        'nodeAgentTolerations must be left out but for volumes: "moved-snapshots" and "files" (nothing else deploys the node agent), got "none"; set volumes or leave it out',
      ],
      [
        "a kubelet whose folder nobody reads",
        { ...kopia, kubeletFolder: "/var/lib/k0s/kubelet" },
        { ...kopia, volumes: "files", kubeletFolder: "/var/lib/k0s/kubelet" },
        'kubeletFolder must be left out but for volumes: "files" (nothing else reads folders of the node), got "moved-snapshots"; set volumes: "files" or leave it out',
      ],
      [
        "a folder of the kubelet that is none",
        { ...kopia, volumes: "files", kubeletFolder: "/var/lib/k0s/kubelet/" },
        { ...kopia, volumes: "files", kubeletFolder: "/var/lib/k0s/kubelet" },
        'kubeletFolder must be an absolute path without a slash at its end, got "/var/lib/k0s/kubelet/"; write for example "/var/lib/k0s/kubelet"',
      ],
      [
        "no time",
        { timeoutSeconds: 0 },
        { timeoutSeconds: 1 },
        "timeoutSeconds must be whole seconds from 1, got 0; leave it out for 600",
      ],
    ];
    for (const [title, wrong, right, text] of cases)
      it(title, async () => {
        assert.deepEqual(await problems(wrong), [text]);
        assert.deepEqual(await problems(right), []);
      });

    it("everything wrong at once", async () => {
      const found = await problems({ cloud: { providr: "aws" }, volumes: "file", timeoutSecond: 1 });
      assert.equal(found.length, 4, found.join("\n"));
    });
  });
});
