// The objects of LonghornBackups under Longhorn's own schemas, by the real engine. Does not prove that Longhorn makes
// backups, nor what its admission webhooks say: none of it runs here.
import assert from "node:assert/strict";
import { needPrograms } from "../support/programs.js";
import { apply, get, kubectl } from "./support/cluster.js";
import { needsCrd } from "./support/needs-crd.js";
import { Project } from "./support/project.js";

const namespace = "longhorn-backups-test";

interface Target {
  readonly spec: { readonly backupTargetURL?: string; readonly pollInterval?: string };
}

describe("kubernetes.LonghornBackups on a cluster", function () {
  let project: Project | undefined;
  const pulumi = (command: string, ...args: string[]) =>
    project!.pulumi(command, "--stack", "longhorn", "--yes", "--skip-preview", ...args);

  before(async function () {
    needPrograms(this, "kubectl", "pulumi");
    for (const kind of ["recurringjobs", "backuptargets"]) needsCrd(this, `${kind}.longhorn.io`);
    needsCrd(this, "prometheusrules.monitoring.coreos.com");
    project = new Project("test/engine/programs/longhorn-backups");
    await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    // Longhorn makes this one when it is installed.
    const metadata = { name: "default", namespace };
    await apply({ apiVersion: "longhorn.io/v1beta2", kind: "BackupTarget", metadata, spec: { pollInterval: "5m0s" } });
    await project.pulumi("stack", "init", "longhorn");
    await project.pulumi("config", "set", "--stack", "longhorn", "namespace", namespace);
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
    const target = async (name: string) => (await get<Target>("backuptargets.longhorn.io", name, namespace))!.spec;
    const folder = "s3://backups@eu-west-1/longhorn/development";
    assert.equal((await target("default")).backupTargetURL, `${folder}/volumes/`);
    assert.equal((await target("databases")).backupTargetURL, `${folder}/databases/`);
  });

  it("changes a retention in place, and leaves Longhorn's own target after destroy", async () => {
    await project!.pulumi("config", "set", "--stack", "longhorn", "days", "9");
    const steps = (await project!.steps("longhorn")).filter(({ op }) => op !== "same");
    assert.deepEqual(
      steps.map(({ op, urn, detailedDiff }) => [op, urn.split("::").at(-1), Object.keys(detailedDiff ?? {})]).sort(),
      [
        ["update", "databases-daily", ["spec.retain"]],
        ["update", "volumes-daily", ["spec.retain"]],
      ],
    );
    await pulumi("up", "--suppress-outputs");
    await pulumi("destroy");
    const kinds = "recurringjobs.longhorn.io,backuptargets.longhorn.io,prometheusrules.monitoring.coreos.com";
    assert.equal(
      (await kubectl("-n", namespace, "get", kinds, "-o", "name")).trim(),
      "backuptarget.longhorn.io/default",
    );
  });
});
