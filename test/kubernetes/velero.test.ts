// What the component registers, what it refuses, and its offline preview beside VeleroSchedules. Does not prove the
// chart: no repository of charts is in reach of the tests, so that the names of its values are those of its documents.
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
const kopia = { volumes: "moved-snapshots", repositoryPassword: "existing" } as const;

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
      schedules: {},
      configuration: {
        backupStorageLocation: [],
        volumeSnapshotLocation: [],
        uploaderType: "kopia",
        defaultVolumesToFsBackup: false,
        defaultSnapshotMoveData: false,
      },
      credentials: { useSecret: false },
      serviceAccount: { server: { annotations: { "eks.amazonaws.com/role-arn": identity } } },
      deployNodeAgent: false,
      metrics: { enabled: true, serviceMonitor: { enabled: false } },
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
    const file = await values({ cloud: { provider: "gcp", credentialsSecret: "velero-gcp" } });
    assert.deepEqual(file["credentials"], { useSecret: true, existingSecret: "velero-gcp" });
    assert.equal(file["serviceAccount"], undefined);
  });

  it("deploys the node agent, and makes the namespace privileged, only where volume data goes into the stores", async () => {
    const of = async (volumes: NonNullable<VeleroArgs["volumes"]>) => {
      const all = await record(() => make({ volumes, repositoryPassword: "existing" }));
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
        ["moved-snapshots", true, true, "EnableCSI", "privileged"],
        ["files", true, false, undefined, "privileged"],
      ],
    );
  });

  it("sets the repository password before Velero starts, and merges the user's values last", async () => {
    const all = await record(() =>
      make({
        ...kopia,
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

  it("takes a chart from elsewhere, and passes an explicit provider to every child", async () => {
    const all = await record(() => {
      make({ chart: "oci://registry.example/velero" }, { provider: new Provider("other", {}) });
    });
    assert.equal(releaseOf(all).inputs["repositoryOpts"], undefined);
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
        { volumes: "files", repositoryPassword: "existing" },
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
