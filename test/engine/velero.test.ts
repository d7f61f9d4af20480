// The installation of Velero by the real engine and Helm, with a chart of ours in the place of Velero's, which only writes
// down what it is given. Does not prove what Velero's own chart makes of it: test/kubernetes/velero.test.ts knows its values.
import assert from "node:assert/strict";
import { needPrograms } from "../support/programs.js";
import { get, kubectl } from "./support/cluster.js";
import { Project } from "./support/project.js";

const namespace = "velero-chart-values";
const password = "a repository password of its own";

interface Seen {
  readonly image: object;
  readonly credentials: object;
  readonly backupsEnabled: boolean;
  readonly configuration: object;
  readonly nodeAgent: { readonly podVolumePath: string; readonly tolerations: unknown };
}

describe("kubernetes.Velero on a cluster", function () {
  let project: Project | undefined;
  const pulumi = (command: string, ...args: string[]) =>
    project!.pulumi(command, "--stack", "velero", "--yes", "--skip-preview", ...args);
  const set = (...args: string[]) => project!.pulumi("config", "set", "--stack", "velero", ...args);
  const seen = async () => (await get<{ data: { values: string; password: string } }>("configmap", "seen", namespace))!;
  const valuesSeen = async () => JSON.parse(Buffer.from((await seen()).data.values, "base64").toString()) as Seen;

  before(async function () {
    needPrograms(this, "kubectl", "pulumi");
    project = new Project("test/engine/programs/velero-chart");
    await project.pulumi("stack", "init", "velero");
    await set("namespace", namespace);
    await set("taint", "database");
    await set("--secret", "repositoryPassword", password);
  });
  after(async () => {
    if (project === undefined) return;
    await kubectl("delete", "namespace", namespace, "--ignore-not-found", "--timeout=120s");
    project.remove();
  });

  it("is installed from a folder by Helm, after its password, with its values as they were meant", async () => {
    await pulumi("up", "--suppress-outputs");
    assert.equal(await project!.pulumi("stack", "output", "--stack", "velero", "status"), "deployed\n");
    assert.equal((await seen()).data.password, password);
    const { image, credentials, backupsEnabled, configuration, nodeAgent } = await valuesSeen();
    assert.deepEqual(image, { imagePullSecrets: ["pull"] });
    assert.deepEqual(credentials, { useSecret: true, existingSecret: "keys" });
    assert.equal(backupsEnabled, false);
    assert.deepEqual(configuration, {
      uploaderType: "kopia",
      defaultVolumesToFsBackup: false,
      defaultSnapshotMoveData: false,
    });
    assert.equal(nodeAgent.podVolumePath, "/var/lib/k0s/kubelet/pods");
    assert.deepEqual(nodeAgent.tolerations, [{ key: "database", operator: "Exists" }]);
    const level = "jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}";
    assert.equal(await kubectl("get", "namespace", namespace, "-o", level), "privileged");
    assert.ok(!(await project!.pulumi("stack", "export", "--stack", "velero")).includes(password));
    await pulumi("up", "--expect-no-changes");
  });

  it("is changed in place, and leaves nothing after destroy", async () => {
    await set("taint", "spot");
    const steps = (await project!.steps("velero")).filter(({ op }) => op !== "same");
    assert.deepEqual(
      steps.map(({ op, urn }) => [op, urn.split("::").at(-1)]),
      [["update", "velero"]],
    );
    await pulumi("up", "--suppress-outputs");
    assert.deepEqual((await valuesSeen()).nodeAgent.tolerations, [{ key: "spot", operator: "Exists" }]);
    await pulumi("destroy");
    assert.equal(await kubectl("get", "namespace", namespace, "-o", "name", "--ignore-not-found"), "");
  });
});
