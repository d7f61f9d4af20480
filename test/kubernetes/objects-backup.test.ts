// What the component registers. Does not prove what the agent reads with these rights: test/engine does.
import assert from "node:assert/strict";
import { FolderStore, ObjectsBackup, type ObjectsBackupArgs } from "../../components/kubernetes/index.js";
import { keys } from "../support/keys.js";
import { record } from "../support/recorder.js";
import { restrictedViolations } from "../support/restricted.js";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const declare = (args: Partial<ObjectsBackupArgs>) =>
  record(() => {
    const store = new FolderStore("near", { environment: "development", size: "1Gi" });
    new ObjectsBackup("state", { environment: "development", stores: [store], keys, ...args });
  });

describe("kubernetes.ObjectsBackup", () => {
  it("may only get and list, in the named namespaces only", async () => {
    const all = await declare({ namespaces: ["shop", "pay"] });
    const roles = all.filter(({ type }) => type.startsWith("kubernetes:rbac"));
    assert.deepEqual(roles.map(({ type, name }) => [type.split(":").at(-1), name]).sort(), [
      ["Role", "state-reader-pay"],
      ["Role", "state-reader-shop"],
      ["RoleBinding", "state-reader-pay"],
      ["RoleBinding", "state-reader-shop"],
    ]);
    for (const rule of roles.flatMap(({ inputs }) => (inputs["rules"] ?? []) as Rule[])) {
      assert.deepEqual(rule.verbs, ["get", "list"]);
      assert.ok(!rule.apiGroups.includes("*"));
      assert.ok(!rule.resources.includes("*") || !rule.apiGroups.includes(""));
    }
  });

  it("has no right to read Secrets where they are excluded", async () => {
    const secretRules = async (secrets: ObjectsBackupArgs["secrets"]) =>
      (await declare({ secrets }))
        .flatMap(({ inputs }) => (inputs["rules"] ?? []) as Rule[])
        .filter(({ resources }) => resources.includes("secrets")).length;
    assert.deepEqual(
      [await secretRules("excluded"), await secretRules("names"), await secretRules("sealed")],
      [0, 1, 1],
    );
  });

  it("mounts its token, because it calls the API, into a pod that restricted admits", async () => {
    const cronJob = (await declare({})).find(({ type }) => type.endsWith(":CronJob"))!;
    const spec = cronJob.inputs["spec"] as {
      jobTemplate: {
        spec: {
          template: { spec: Parameters<typeof restrictedViolations>[0] & { automountServiceAccountToken: boolean } };
        };
      };
    };
    const pod = spec.jobTemplate.spec.template.spec;
    assert.equal(pod.automountServiceAccountToken, true);
    assert.deepEqual(restrictedViolations(pod), []);
  });

  it("refuses misspelt arguments", async () => {
    await assert.rejects(
      declare({ namespace: "a", namspaces: ["b"] } as unknown as ObjectsBackupArgs),
      /args\.namspaces must be a key that is known .*write namespaces/,
    );
  });
});
