// What the component registers for scheduled snapshots, and what it refuses. Does not prove what the job does:
// test/engine and test/agent do.
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { BackupStrategy } from "../../components/index.js";
import { volumeSnapshots, VolumeSnapshots, type VolumeSnapshotsArgs } from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { problemsOf } from "../support/problems.js";
import { record, type Registration } from "../support/recorder.js";
import { restrictedViolations } from "../support/restricted.js";

const one = { copies: 1 } as const;
const make = (args: Partial<VolumeSnapshotsArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  new VolumeSnapshots(
    "disks",
    {
      environment: "production",
      driver: "ebs.csi.aws.com",
      namespace: "shop",
      claims: ["uploads"],
      protection: one,
      ...args,
    },
    opts,
  );
const problems = (args: object) => problemsOf(() => make(args));
const children = (all: readonly Registration[]) => all.filter(({ type }) => type.startsWith("kubernetes:"));
const inputsOf = (all: readonly Registration[], kind: string) =>
  all.find(({ type }) => type.endsWith(`:${kind}`))!.inputs;

interface Job {
  readonly schedule: string;
  readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: Pod } } };
}

interface Pod extends Omit<Parameters<typeof restrictedViolations>[0], "containers"> {
  readonly automountServiceAccountToken: boolean;
  readonly containers: readonly {
    readonly name: string;
    readonly args: readonly string[];
    readonly env: readonly { readonly value: string }[];
  }[];
}

describe("kubernetes.VolumeSnapshots with claims", () => {
  it("registers class, job and the least rights, job and class protected in production", async () => {
    const all = await record(() => make());
    assert.deepEqual(
      children(all)
        .map(({ type, name, protect }) => [type.split(":").at(-1), name, protect])
        .sort(),
      [
        ["ClusterRole", "disks-contents", false],
        ["ClusterRoleBinding", "disks-contents", false],
        ["ConfigMap", "disks-agent", false],
        ["CronJob", "disks", true],
        ["NetworkPolicy", "disks-network", false],
        ["Role", "disks-snapshots", false],
        ["RoleBinding", "disks-snapshots", false],
        ["ServiceAccount", "disks-account", false],
        ["VolumeSnapshotClass", "disks", true],
      ],
    );
    const group = ["snapshot.storage.k8s.io"];
    assert.deepEqual(inputsOf(all, "Role")["rules"], [
      { apiGroups: group, resources: ["volumesnapshots"], verbs: ["list", "create", "delete"] },
      { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["get"], resourceNames: ["uploads"] },
    ]);
    assert.deepEqual(inputsOf(all, "ClusterRole")["rules"], [
      { apiGroups: group, resources: ["volumesnapshotcontents"], verbs: ["get", "list", "patch"] },
    ]);
    const labelled = await record(() => make({ claims: undefined, matchLabels: { backup: "yes" } }));
    assert.deepEqual((inputsOf(labelled, "Role")["rules"] as object[])[1], {
      apiGroups: [""],
      resources: ["persistentvolumeclaims"],
      verbs: ["list"],
    });
  });

  it("runs the agent's snapshot in a pod that restricted admits, with retention by class and no store", async () => {
    const all = await record(() => make({ readyTimeoutMinutes: 30 }));
    const { schedule, jobTemplate } = inputsOf(all, "CronJob")["spec"] as Job;
    assert.match(schedule, /^\d+ \* \* \* \*$/);
    const pod = jobTemplate.spec.template.spec;
    assert.deepEqual(restrictedViolations(pod), []);
    assert.equal(pod.automountServiceAccountToken, true);
    const [agent] = pod.containers;
    assert.deepEqual(agent!.args, ["snapshot"]);
    assert.deepEqual(JSON.parse(agent!.env[0]!.value), {
      version: 1,
      environment: "production",
      asset: "disks",
      source: {
        kind: "volume-snapshots",
        namespace: "shop",
        claims: ["uploads"],
        className: "disks",
        readyTimeoutSeconds: 1800,
      },
      retention: { daily: 604_800, weekly: 2_419_200 },
      recipients: [],
      maxAgeSeconds: 7200,
      stores: [],
    });
  });

  it("takes a class that is there, and makes none", async () => {
    const all = await record(() => make({ driver: undefined, className: "csi-retain" }));
    assert.deepEqual(
      all.filter(({ type }) => type.endsWith("VolumeSnapshotClass")),
      [],
    );
  });

  it("is an asset of a strategy; its one copy is the storage system", async () => {
    let strategy: BackupStrategy | undefined;
    const declare = (protection: VolumeSnapshotsArgs["protection"]) =>
      record(() => {
        strategy = new BackupStrategy("platform", {
          environment: "production",
          stores: {},
          keys: { recipients: keys.recipients },
          assets: { disks: volumeSnapshots({ driver: "d.csi", namespace: "shop", claims: ["uploads"], protection }) },
        });
      });
    await declare(one);
    assert.deepEqual(strategy!.plan.assets[0]!.copies, [{ store: "d.csi", location: "kubernetes/default/cluster" }]);
    await assert.rejects(declare(undefined), /assets\.disks\.stores must lie in 2 distinct locations/);
  });

  it("passes an explicit provider to every child, and two namespaces do not clash", async () => {
    const all = await record(() => {
      const provider = new Provider("other", {});
      make({ jobName: "snapshots" }, { provider });
      new VolumeSnapshots(
        "pay",
        {
          environment: "staging",
          className: "disks",
          jobName: "snapshots",
          namespace: "pay",
          claims: ["ledger"],
        },
        { provider },
      );
    });
    assert.deepEqual(
      children(all).filter(({ provider }) => !provider.includes("::other::")),
      [],
    );
    const clusterWide = children(all)
      .filter(({ type }) => type.includes("ClusterRole"))
      .map(({ type, inputs }) => `${type} ${(inputs["metadata"] as { name: string }).name}`);
    assert.equal(new Set(clusterWide).size, 4);
  });

  describe("refuses", () => {
    const cases: readonly [string, object, object, string][] = [
      [
        "no driver and no class",
        { driver: undefined },
        { driver: undefined, className: "there" },
        "driver must be the name of a CSI driver (kubectl get csidrivers), got nothing; a snapshot class belongs to one driver; or name a class that is there as className",
      ],
      [
        "no claims",
        { claims: undefined },
        { claims: ["uploads"] },
        "claims must be given, or else matchLabels, got nothing; write one of the two",
      ],
      [
        "claims and labels",
        { matchLabels: { backup: "yes" } },
        { claims: undefined, matchLabels: { backup: "yes" } },
        'claims must be given, or else matchLabels, got "both"; write one of the two',
      ],
      [
        "claims of no namespace",
        { namespace: undefined },
        { namespace: undefined, claims: undefined },
        "namespace must be given with claims, got nothing; name theirs",
      ],
      [
        "a class that is there and nothing to snapshot",
        { driver: undefined, className: "there", namespace: undefined, claims: undefined },
        { driver: undefined, className: "there" },
        "namespace must be given where the class is there already, got nothing; name the namespace and its claims, or a driver to make a class for",
      ],
      [
        "more than a day of waiting",
        { readyTimeoutMinutes: 1_441 },
        { readyTimeoutMinutes: 1_440 },
        "readyTimeoutMinutes must be whole minutes from 1 to 1440, got 1441; leave it out for 10",
      ],
      [
        "a lock",
        { protection: { ...one, lock: { period: "1 day" } } },
        { protection: one },
        'protection.lock must be "none" (CSI snapshots cannot be locked), got {"daily":1,"weekly":1}; bring a copy into a store that locks',
      ],
      [
        "what no clock starts",
        { protection: { ...one, frequency: "continuous" } },
        { protection: { ...one, frequency: "manual" } },
        'protection.frequency must be a length of time, cron or "manual" (Kubernetes starts jobs by the clock), got "continuous"; write "1 day"',
      ],
    ];
    for (const [title, wrong, right, text] of cases)
      it(title, async () => {
        assert.deepEqual(await problems(wrong), [text]);
        assert.deepEqual(await problems(right), []);
      });

    it("everything wrong at once", async () => {
      const found = await problems({ claim: ["uploads"], jobName: "Not A Name", readyTimeoutMinutes: 0 });
      assert.equal(found.length, 3, found.join("\n"));
    });
  });
});
